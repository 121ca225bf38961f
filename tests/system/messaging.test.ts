import { eventually } from '@hallway/testkit';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { logOfRun } from '../stack/start-stack.ts';
import {
  call,
  connect,
  hears,
  newMessageId,
  originOfRun,
  type Person,
  signIn,
  type WireSocket,
} from '../stack/wire-client.ts';

let john: Person;
let sarah: Person;
let chen: Person;
let peter: Person;
let maria: Person;
let maya: Person;
const open: WireSocket[] = [];

/** The two gateways of the contract, by their own ports. */
const gateway = (index: 1 | 2) => {
  const url = new URL(originOfRun());
  url.port = String(Number(url.port) + 10 + index);
  return url.origin;
};

async function socketOf(person: Person, index: 1 | 2 = 1): Promise<WireSocket> {
  const wire = await connect(person, gateway(index));
  open.push(wire);
  return wire;
}

async function roomOf(a: Person, b: Person): Promise<string> {
  const { body } = await call(a, 'POST /api/message/chat-room', { participantId: b.user.id });
  return body.chatRoom.id;
}

beforeAll(async () => {
  [john, sarah, chen, peter, maria, maya] = (await Promise.all(
    ['john', 'sarah', 'chen', 'peter', 'maria', 'maya'].map((name) => signIn(name)),
  )) as [Person, Person, Person, Person, Person, Person];
});

afterEach(() => {
  for (const wire of open.splice(0)) {
    expect(wire.faults).toEqual([]);
    wire.close();
  }
});

describe('a message between two gateways', () => {
  it('when sent by socket, is acknowledged with what is stored and reaches each socket by exactly one event', async () => {
    const chatRoomId = await roomOf(john, sarah);
    const [johns, sarahs, sarahsOther] = await Promise.all([socketOf(john, 1), socketOf(sarah, 2), socketOf(sarah, 1)]);
    await johns.emit('joinRoom', { chatRoomId });
    await sarahs.emit('joinRoom', chatRoomId);
    const content = `Hi Sarah! ${newMessageId()}`;
    const clientMessageId = newMessageId();
    const sent = await johns.emit('sendMessage', { chatRoomId, content, clientMessageId });
    expect(sent).toMatchObject({
      ok: true,
      duplicate: false,
      message: { content, clientMessageId, senderId: john.user.id },
    });
    await Promise.all([johns, sarahs, sarahsOther].map((wire) => hears(wire, content)));
    const counts = [johns, sarahs, sarahsOther].map((wire) => [
      wire.all('receiveMessage').filter((message) => message.content === content).length,
      wire.all('new_message').filter((message) => message.text === content).length,
    ]);
    expect(counts).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
    expect(sarahs.all('receiveMessage').find((message) => message.content === content)).toEqual(sent.message);
    const history = await call(sarah, `GET /api/message/chat-room/${chatRoomId}/messages`);
    expect(history.body.messages.at(-1)).toMatchObject({ id: sent.message.id, seq: sent.message.seq });
  });

  it('when the same send comes by another door, answers the stored message and nobody hears it twice', async () => {
    const chatRoomId = await roomOf(john, sarah);
    const [johns, sarahs] = await Promise.all([socketOf(john, 1), socketOf(sarah, 2)]);
    const send = { chatRoomId, content: `once ${newMessageId()}`, clientMessageId: newMessageId() };
    const first = await johns.emit('sendMessage', send);
    const second = await johns.emit('sendMessage', send);
    const third = await call(john, 'POST /api/message/message', send);
    const fourth = await call(john, 'POST /api/messages', {
      to: sarah.user.id,
      text: send.content,
      clientMessageId: send.clientMessageId,
    });
    expect([second.ok, second.duplicate, second.message.id]).toEqual([true, true, first.message.id]);
    expect([third.status, third.body.message.id]).toEqual([200, first.message.id]);
    expect([fourth.status, fourth.body.message.id]).toEqual([200, first.message.id]);
    const reused = await johns.emit('sendMessage', { ...send, content: 'something else' });
    expect(reused.error.code).toBe('CLIENT_MESSAGE_ID_REUSED');
    const last = `last ${newMessageId()}`;
    await johns.emit('sendMessage', { chatRoomId, content: last });
    await hears(sarahs, last);
    expect(sarahs.all('new_message').filter((message) => message.text === send.content)).toHaveLength(1);
  });

  it('when both write at once from both gateways, everybody sees one contiguous order', async () => {
    const chatRoomId = await roomOf(john, sarah);
    const [johns, sarahs] = await Promise.all([socketOf(john, 1), socketOf(sarah, 2)]);
    const joined = await johns.emit('joinRoom', { chatRoomId });
    await sarahs.emit('joinRoom', { chatRoomId });
    const run = newMessageId();
    const sends = Array.from({ length: 40 }, (_, index) => {
      const wire = index % 2 ? johns : sarahs;
      return wire.emit('sendMessage', { chatRoomId, content: `${run} ${index}` });
    });
    const answers = await Promise.all(sends);
    const seqs = answers.map((answer) => answer.message.seq as number).sort((a, b) => a - b);
    expect(seqs).toEqual(Array.from({ length: 40 }, (_, index) => joined.lastSeq + 1 + index));
    await eventually(() => {
      for (const wire of [johns, sarahs]) {
        const heard = wire.all('receiveMessage').filter((message) => message.content.startsWith(run));
        expect(heard.map((message) => message.seq)).toEqual(seqs);
      }
    });
  });

  it('when a client was away, resume and joinRoom bring exactly what is missing', async () => {
    const chatRoomId = await roomOf(john, chen);
    const johns = await socketOf(john, 1);
    const before = await johns.emit('joinRoom', { chatRoomId });
    for (const index of [1, 2, 3])
      await call(chen, 'POST /api/messages', { to: john.user.id, text: `missed ${index}` });
    const back = await socketOf(john, 2);
    const resumed = await back.emit('resume', { rooms: { [chatRoomId]: before.lastSeq, ffffffffffffffffffffffff: 3 } });
    expect(resumed.gone).toEqual(['ffffffffffffffffffffffff']);
    expect(resumed.rooms[chatRoomId]).toMatchObject({ complete: true, lastSeq: before.lastSeq + 3 });
    expect(resumed.rooms[chatRoomId].messages.map((message: { content: string }) => message.content)).toEqual([
      'missed 1',
      'missed 2',
      'missed 3',
    ]);
    const joined = await back.emit('joinRoom', { chatRoomId, afterSeq: before.lastSeq + 2 });
    expect(joined.messages.map((message: { content: string }) => message.content)).toEqual(['missed 3']);
  });
});

describe('what is transient', () => {
  it('when somebody types, the others who joined see it across gateways, their own tabs do not', async () => {
    const chatRoomId = await roomOf(john, sarah);
    const [johns, johnsOther, sarahs] = await Promise.all([socketOf(john, 1), socketOf(john, 2), socketOf(sarah, 2)]);
    await Promise.all([johns, johnsOther, sarahs].map((wire) => wire.emit('joinRoom', { chatRoomId })));
    expect(await johns.emit('typing', { chatRoomId })).toEqual({ ok: true });
    await eventually(() =>
      expect(sarahs.all('typing')).toEqual([{ chatRoomId, userId: john.user.id, isTyping: true }]),
    );
    await johns.emit('typing', { chatRoomId, isTyping: false });
    await eventually(() => expect(sarahs.all('typing').at(-1)?.isTyping).toBe(false));
    expect(johnsOther.all('typing')).toEqual([]);
  });

  it('when somebody reads, the other sees the mark, and unread is the difference', async () => {
    const chatRoomId = await roomOf(john, sarah);
    const [johns, sarahs] = await Promise.all([socketOf(john, 1), socketOf(sarah, 2)]);
    const sent = await johns.emit('sendMessage', { chatRoomId, content: 'please read' });
    const { seq } = sent.message;
    expect(await sarahs.emit('markRead', { chatRoomId, upToSeq: seq })).toEqual({
      ok: true,
      lastReadSeq: seq,
      unread: 0,
    });
    await eventually(() => {
      const marks = johns.all('messagesRead').filter((mark) => mark.userId === sarah.user.id);
      expect(marks.at(-1)).toMatchObject({ chatRoomId, lastReadSeq: seq });
    });
    const history = await call(john, `GET /api/message/chat-room/${chatRoomId}/messages`);
    expect(history.body.messages.at(-1)).toMatchObject({ seq, isRead: true });
  });

  it('when somebody comes and goes, those who watch hear of it; strangers cannot watch', async () => {
    const watcher = await socketOf(chen, 1);
    const watched = await watcher.emit('watchPresence', { userIds: [maya.user.id, maria.user.id, peter.user.id] });
    expect(watched).toMatchObject({ ok: true });
    expect(watched.online).not.toContain(peter.user.id);
    const mayas = await connect(maya, gateway(2));
    await eventually(() =>
      expect(watcher.all('presence').at(-1)).toMatchObject({ userId: maya.user.id, online: true }),
    );
    mayas.close();
    await eventually(
      () => expect(watcher.all('presence').at(-1)).toMatchObject({ userId: maya.user.id, online: false }),
      { withinMs: 20_000 },
    );
    const stranger = await socketOf(peter, 1);
    expect(await stranger.emit('watchPresence', { userIds: [sarah.user.id] })).toEqual({ ok: true, online: [] });
  });
});

describe('somebody who is away', () => {
  it('when messages wait unread, is counted right and told once by the log channel', async () => {
    const before = deliveredTo(maria).length;
    await call(chen, 'POST /api/messages', { to: maria.user.id, text: `while you were out ${newMessageId()}` });
    await call(chen, 'POST /api/messages', { to: maria.user.id, text: 'and another' });
    const { body } = await call(maria, 'GET /api/messages');
    expect(body.conversations[0]).toMatchObject({ unread: 2, lastMessage: { content: 'and another' } });
    await eventually(() => expect(deliveredTo(maria)).toHaveLength(before + 1), { withinMs: 20_000 });
    expect(deliveredTo(maria).at(-1)).toMatchObject({ chatRoomId: body.conversations[0].chatRoom.id });
    expect(JSON.stringify(deliveredTo(maria))).not.toContain('another');
  });
});

function deliveredTo(person: Person): Record<string, unknown>[] {
  return logOfRun('worker').filter(
    (line) => line.message === 'notification delivered' && line.userId === person.user.id,
  );
}
