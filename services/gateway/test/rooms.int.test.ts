import { AppError } from '@hallway/platform';
import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, type Campus, heardOf, settle, startCampus, type TestClient } from './campus.ts';
import { randomId } from './random-id.ts';

let campus: Campus;

beforeAll(async () => {
  campus = await startCampus({ gateways: 2 });
});
afterAll(() => campus.stop());
beforeEach(() => campus.messages.holdAnswers(async () => undefined));

async function roomWithMessages(count: number) {
  const me = campus.person();
  const other = campus.person();
  const chatRoomId = campus.messages.addRoom([me.id, other.id]);
  const socket = await campus.connect(me, { gateway: campus.gateways[0]! });
  const otherSocket = await campus.connect(other, { gateway: campus.gateways[1]! });
  for (let n = 1; n <= count; n += 1) await ask(otherSocket, 'sendMessage', { chatRoomId, content: `${n}` });
  return { me, other, chatRoomId, socket, otherSocket };
}

/** A room that this gateway has not heard of, and a message in it that both tell of afterwards. */
async function unheardRoom() {
  const { me, other, socket, otherSocket } = await roomWithMessages(0);
  const chatRoomId = campus.messages.addRoom([me.id, other.id], 'group');
  const announceBoth = async () => {
    const chatRoom = campus.messages.rooms.get(chatRoomId)!.room;
    await campus.messages.announce('room.added', { chatRoom, userIds: [me.id, other.id] });
    await eventually(() => expect(heardOf(socket, 'roomAdded')).toHaveLength(1));
  };
  return { me, chatRoomId, socket, otherSocket, announceBoth };
}

function seqs(messages: { seq: number }[]): number[] {
  return messages.map(({ seq }) => seq);
}

/** Holds the next answer of a kind until it is let go. */
function hold(kind: string) {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  campus.messages.holdAnswers(async (name) => {
    if (name !== kind) return;
    reached.resolve();
    await gate.promise;
  });
  return { isHeld: reached.promise, letGo: gate.resolve };
}

function liveMessages(socket: TestClient): string[] {
  return socket.heard
    .filter(({ event }) => event === 'receiveMessage' || event === 'new_message')
    .map(({ event, payload }) => `${event} ${(payload as { seq: number }).seq}`);
}

describe('joinRoom', () => {
  it('with a bare id, brings the room, its newest messages and who is online', async () => {
    const { me, other, chatRoomId, socket } = await roomWithMessages(3);
    const answer = await ask(socket, 'joinRoom', chatRoomId);
    expect(answer).toMatchObject({
      ok: true,
      chatRoom: { id: chatRoomId },
      lastSeq: 3,
      lastReadSeq: 0,
      complete: true,
    });
    expect(seqs(answer.messages)).toEqual([1, 2, 3]);
    expect(answer.online.toSorted()).toEqual([me.id, other.id].toSorted());
    const keys = ['ok', 'chatRoom', 'lastSeq', 'lastReadSeq', 'messages', 'complete', 'online'];
    expect(Object.keys(answer).toSorted()).toEqual(keys.toSorted());
  });

  it('with afterSeq, brings exactly what is missing', async () => {
    const { chatRoomId, socket } = await roomWithMessages(3);
    const answer = await ask(socket, 'joinRoom', { chatRoomId, afterSeq: 1 });
    expect(seqs(answer.messages)).toEqual([2, 3]);
  });

  it('when the caller is no member, answers NOT_FOUND and lets not one live message through meanwhile', async () => {
    const { chatRoomId, socket, otherSocket } = await roomWithMessages(0);
    const stranger = await campus.connect(campus.person(), { gateway: campus.gateways[0]! });
    const { isHeld, letGo } = hold('room.open');
    const join = ask(stranger, 'joinRoom', chatRoomId);
    await isHeld;
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'secret' });
    await eventually(() => expect(liveMessages(socket)).toEqual(['new_message 1']));
    letGo();
    expect(await join).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'still secret' });
    await eventually(() => expect(liveMessages(socket)).toEqual(['new_message 1', 'new_message 2']));
    await settle(stranger);
    expect(liveMessages(stranger)).toEqual([]);
  });

  it('when a message comes while the answer is under way, gives it to the socket exactly once', async () => {
    const { chatRoomId, socket, otherSocket } = await roomWithMessages(0);
    const { isHeld, letGo } = hold('room.open');
    const join = ask(socket, 'joinRoom', chatRoomId);
    await isHeld;
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'meanwhile' });
    await eventually(() => expect(liveMessages(socket)).toEqual(['receiveMessage 1']));
    letGo();
    expect(await join).toMatchObject({ ok: true });
    expect(liveMessages(socket)).toEqual(['receiveMessage 1']);
  });

  it('when the payload is no room, answers VALIDATION_FAILED', async () => {
    const socket = await campus.connect(campus.person());
    expect(await ask(socket, 'joinRoom', { chatRoomId: 7 })).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
    expect(await ask(socket, 'joinRoom', null)).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
    expect(await ask(socket, 'joinRoom')).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
  });
});

describe('joins and leaves of one room at once', () => {
  it('when a room that is not known here is joined and left, the leave has the last word', async () => {
    const { chatRoomId, socket, otherSocket, announceBoth } = await unheardRoom();
    const { isHeld, letGo } = hold('room.open');
    const both = [ask(socket, 'joinRoom', chatRoomId), ask(socket, 'leaveRoom', chatRoomId)];
    await isHeld;
    letGo();
    expect(await Promise.all(both)).toMatchObject([{ ok: true }, { ok: true }]);
    await announceBoth();
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'after' });
    await eventually(() => expect(liveMessages(socket)).toEqual(['new_message 1']));
  });

  it('when two joins overlap and the first fails, the second’s yes holds', async () => {
    const { chatRoomId, socket, otherSocket } = await roomWithMessages(0);
    let answered = 0;
    campus.messages.holdAnswers(async () => {
      answered += 1;
      if (answered === 1) throw new AppError({ code: 'TEMPORARILY_UNAVAILABLE', retryAfterMs: 1 });
    });
    const both = await Promise.all([ask(socket, 'joinRoom', chatRoomId), ask(socket, 'joinRoom', chatRoomId)]);
    expect(both).toMatchObject([{ ok: false, error: { code: 'TEMPORARILY_UNAVAILABLE' } }, { ok: true }]);
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'joined' });
    await eventually(() => expect(liveMessages(socket)).toEqual(['receiveMessage 1']));
  });

  it('when a resume fails on the heels of a join, the room stays open', async () => {
    const { chatRoomId, socket, otherSocket } = await roomWithMessages(0);
    campus.messages.holdAnswers(async (name) => {
      if (name === 'rooms.resume') throw new AppError({ code: 'TEMPORARILY_UNAVAILABLE', retryAfterMs: 1 });
    });
    const join = ask(socket, 'joinRoom', chatRoomId);
    const failing = ask(socket, 'resume', { rooms: { [chatRoomId]: 0 } });
    expect(await Promise.all([join, failing])).toMatchObject([{ ok: true }, { ok: false }]);
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'joined' });
    await eventually(() => expect(liveMessages(socket)).toEqual(['receiveMessage 1']));
  });

  it('when another room’s answer is slow, does not wait for it', async () => {
    const { me, chatRoomId, socket } = await roomWithMessages(0);
    const slow = campus.messages.addRoom([me.id], 'group');
    const { isHeld, letGo } = hold('room.open');
    const joining = ask(socket, 'joinRoom', slow);
    await isHeld;
    expect(await ask(socket, 'leaveRoom', chatRoomId)).toEqual({ ok: true });
    letGo();
    expect(await joining).toMatchObject({ ok: true });
  });
});

describe('leaveRoom', () => {
  it('when it was joined, brings further messages as new_message again', async () => {
    const { chatRoomId, socket, otherSocket } = await roomWithMessages(0);
    await ask(socket, 'joinRoom', { chatRoomId });
    expect(await ask(socket, 'leaveRoom', chatRoomId)).toEqual({ ok: true });
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'after' });
    await eventually(() => expect(liveMessages(socket)).toEqual(['new_message 1']));
  });

  it('when the payload is no room, answers VALIDATION_FAILED', async () => {
    const socket = await campus.connect(campus.person());
    expect(await ask(socket, 'leaveRoom', 'x')).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
  });
});

describe('resume', () => {
  it('when rooms are given, brings what is missing of each, joins them and names those that are gone', async () => {
    const { chatRoomId, socket, otherSocket } = await roomWithMessages(2);
    const gone = randomId();
    const answer = await ask(socket, 'resume', { rooms: { [chatRoomId]: 1, [gone]: 4 } });
    expect(answer).toMatchObject({ ok: true, gone: [gone], rooms: { [chatRoomId]: { lastSeq: 2, complete: true } } });
    expect(seqs(answer.rooms[chatRoomId].messages)).toEqual([2]);
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'live' });
    await eventually(() => expect(liveMessages(socket)).toContain('receiveMessage 3'));
  });

  it('when a room was made unheard, is joined after the message service says yes', async () => {
    const { me, other, socket, otherSocket } = await roomWithMessages(0);
    const chatRoomId = campus.messages.addRoom([me.id, other.id], 'group');
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'first' });
    const answer = await ask(socket, 'resume', { rooms: { [chatRoomId]: 0 } });
    expect(seqs(answer.rooms[chatRoomId].messages)).toEqual([1]);
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'second' });
    await eventually(() => expect(liveMessages(socket)).toEqual(['receiveMessage 2']));
  });

  it('when the person has rooms that were not asked for, names them', async () => {
    const person = campus.person();
    const [asked, other] = [campus.messages.addRoom([person.id]), campus.messages.addRoom([person.id])];
    const socket = await campus.connect(person);
    const answer = await ask(socket, 'resume', { rooms: { [asked]: 0 } });
    expect(answer).toMatchObject({ ok: true, others: [other] });
  });

  it('when resumes come faster than they are answered, works on one, lets one wait and refuses the rest', async () => {
    const { me, other, chatRoomId, socket } = await roomWithMessages(1);
    const elsewhere = campus.messages.addRoom([me.id, other.id], 'group');
    const gate = Promise.withResolvers<void>();
    let asked = 0;
    campus.messages.holdAnswers(async () => {
      asked += 1;
      await gate.promise;
    });
    const resumes = [chatRoomId, elsewhere, chatRoomId, elsewhere].map((id) =>
      ask(socket, 'resume', { rooms: { [id]: 0 } }),
    );
    const refused = { ok: false, error: { code: 'RATE_LIMITED', retryable: true, retryAfterMs: 1000 } };
    expect(await Promise.all(resumes.slice(2))).toMatchObject([refused, refused]);
    await eventually(() => expect(asked).toBe(1));
    gate.resolve();
    const answers = await Promise.all(resumes.slice(0, 2));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(seqs(answers[0].rooms[chatRoomId].messages)).toEqual([1]);
    expect(await ask(socket, 'resume', { rooms: { [chatRoomId]: 0 } })).toMatchObject({ ok: true });
  });

  it('when one person asks without end, others are answered at once', async () => {
    const { me, chatRoomId, socket, otherSocket } = await roomWithMessages(0);
    const others = Array.from({ length: 20 }, () => campus.messages.addRoom([me.id], 'group'));
    const gate = Promise.withResolvers<void>();
    let asked = 0;
    campus.messages.holdAnswers(async (name) => {
      if (name !== 'room.open') return;
      asked += 1;
      if (asked <= 8) await gate.promise;
    });
    const flood = others.map((id) => ask(socket, 'joinRoom', id));
    await eventually(() => expect(asked).toBe(8));
    expect(await ask(otherSocket, 'joinRoom', chatRoomId)).toMatchObject({ ok: true });
    expect(asked).toBe(9);
    gate.resolve();
    expect((await Promise.all(flood)).filter(({ ok }) => ok)).toHaveLength(20);
  });

  it('costs more of what a person may ask than a small event does', async () => {
    const gateway = await campus.startGateway({ EVENT_BURST: '10', EVENTS_PER_SECOND: '1' });
    const socket = await campus.connect(campus.person(), { gateway });
    const rooms = Object.fromEntries(Array.from({ length: 60 }, () => [randomId(), 0]));
    expect(await ask(socket, 'resume', { rooms })).toMatchObject({ ok: true });
    expect(await ask(socket, 'resume', { rooms })).toMatchObject({ ok: false, error: { code: 'RATE_LIMITED' } });
    expect(await ask(socket, 'leaveRoom', randomId())).toEqual({ ok: true });
  });

  it('says over how long to come back when all go at once, by how many are here, also when no room is given', async () => {
    const gateway = await campus.startGateway({ RECONNECTS_PER_SECOND: '2' });
    const me = campus.person();
    const chatRoomId = campus.messages.addRoom([me.id]);
    const socket = await campus.connect(me, { gateway });
    campus.messages.holdAnswers(async (name) => {
      if (name === 'rooms.resume') throw new AppError({ code: 'INTERNAL' });
    });
    expect(await ask(socket, 'resume', { rooms: {} })).toEqual({
      ...{ ok: true, rooms: {}, gone: [] },
      reconnectSpreadMs: 500,
    });
    campus.messages.holdAnswers(async () => undefined);
    for (let n = 0; n < 5; n += 1) await campus.connect(campus.person(), { gateway });
    await campus.connect(campus.person(), { gateway: campus.gateways[0]! });
    const answer = await ask(socket, 'resume', { rooms: { [chatRoomId]: 0 } });
    expect(answer).toMatchObject({ ok: true, reconnectSpreadMs: 3000, gone: [] });
    expect(Object.keys(answer.rooms)).toEqual([chatRoomId]);
  });

  it('when more than 200 rooms are given, or what is no room, answers VALIDATION_FAILED', async () => {
    const socket = await campus.connect(campus.person());
    const rooms = Object.fromEntries(Array.from({ length: 201 }, () => [randomId(), 0]));
    expect(await ask(socket, 'resume', { rooms })).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
    expect(await ask(socket, 'resume', { rooms: { x: 1 } })).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
  });
});

describe('markRead', () => {
  it('when the room is the caller’s, answers with the mark and what is unread', async () => {
    const { chatRoomId, socket } = await roomWithMessages(3);
    const answer = await ask(socket, 'markRead', { chatRoomId, upToSeq: 2 });
    expect(answer).toEqual({ ok: true, lastReadSeq: 2, unread: 1 });
  });

  it('when it is not, answers NOT_FOUND; without a place, VALIDATION_FAILED', async () => {
    const { chatRoomId, socket } = await roomWithMessages(1);
    const foreign = await ask(socket, 'markRead', { chatRoomId: randomId(), upToSeq: 1 });
    expect(foreign).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    expect(await ask(socket, 'markRead', { chatRoomId })).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
  });
});

describe('a direct room that was made unheard', () => {
  it('when its first message comes before the word of it, reaches every socket of both people', async () => {
    const [sender, receiver] = [campus.person(), campus.person()];
    const [here, there] = [campus.gateways[0]!, campus.gateways[1]!];
    const from = await campus.connect(sender, { gateway: here });
    const fromTab = await campus.connect(sender, { gateway: there });
    const to = await campus.connect(receiver, { gateway: here });
    const toTab = await campus.connect(receiver, { gateway: there });
    const alone = await campus.connect(campus.person(), { gateway: there });
    const chatRoomId = campus.messages.addRoom([sender.id, receiver.id]);
    expect(await ask(from, 'sendMessage', { chatRoomId, content: 'first' })).toMatchObject({ ok: true });
    for (const socket of [from, fromTab, to, toTab]) {
      await eventually(() => expect(liveMessages(socket)).toEqual(['new_message 1']));
    }
    expect(liveMessages(alone)).toEqual([]);
  });

  it('when the receiver alone is on a gateway, reaches them there', async () => {
    const [sender, receiver] = [campus.person(), campus.person()];
    const from = await campus.connect(sender, { gateway: campus.gateways[0]! });
    const to = await campus.connect(receiver, { gateway: campus.gateways[1]! });
    const chatRoomId = campus.messages.addRoom([sender.id, receiver.id]);
    await ask(from, 'sendMessage', { chatRoomId, content: 'first' });
    await eventually(() => expect(liveMessages(to)).toEqual(['new_message 1']));
    // A member from now on: joined before it is asked for, so that nothing falls between.
    const { isHeld, letGo } = hold('room.open');
    const join = ask(to, 'joinRoom', chatRoomId);
    await isHeld;
    await ask(from, 'sendMessage', { chatRoomId, content: 'second' });
    await eventually(() => expect(liveMessages(to)).toEqual(['new_message 1', 'receiveMessage 2']));
    letGo();
    expect(seqs((await join).messages)).toEqual([1, 2]);
  });
});

describe('room.added and room.removed', () => {
  it('when somebody is added, tells all their sockets, and new messages reach them', async () => {
    const { me, other, socket, otherSocket } = await roomWithMessages(0);
    const tab = await campus.connect(me, { gateway: campus.gateways[1]! });
    const chatRoomId = campus.messages.addRoom([me.id, other.id], 'group');
    const chatRoom = campus.messages.rooms.get(chatRoomId)!.room;
    await campus.messages.announce('room.added', { chatRoom, userIds: [me.id, other.id] });
    for (const each of [socket, tab, otherSocket]) {
      await eventually(() => expect(heardOf(each, 'roomAdded')).toEqual([{ chatRoom }]));
    }
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'welcome' });
    await eventually(() => expect(liveMessages(socket)).toEqual(['new_message 1']));
    await eventually(() => expect(liveMessages(tab)).toEqual(['new_message 1']));
  });

  it('when somebody is removed, tells them and sends them nothing more, also where the room was open', async () => {
    const { me, other, chatRoomId, socket, otherSocket } = await roomWithMessages(0);
    const witness = await campus.connect(other, { gateway: campus.gateways[0]! });
    await ask(socket, 'joinRoom', chatRoomId);
    campus.messages.rooms.get(chatRoomId)!.members.delete(me.id);
    await campus.messages.announce('room.removed', { chatRoomId, userIds: [me.id] });
    await eventually(() => expect(heardOf(socket, 'roomRemoved')).toEqual([{ chatRoomId }]));
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'without you' });
    await eventually(() => expect(liveMessages(witness)).toEqual(['new_message 1']));
    await settle(socket);
    expect(liveMessages(socket)).toEqual([]);
    expect(await ask(socket, 'joinRoom', chatRoomId)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('when the message service is slow to name the rooms, lets the person in and tells them to resume later', async () => {
    const me = campus.person();
    const chatRoomId = campus.messages.addRoom([me.id]);
    const { letGo } = hold('person.rooms');
    const socket = await campus.connect(me);
    expect(heardOf(socket, 'resync')).toEqual([]);
    letGo();
    await eventually(() => expect(heardOf(socket, 'resync')).toEqual([{}]));
    await ask(socket, 'sendMessage', { chatRoomId, content: 'mine' });
    await eventually(() => expect(liveMessages(socket)).toEqual(['new_message 1']));
  });

  it('when one person comes and goes without end, others are answered at once', async () => {
    const me = campus.person();
    const bystander = await campus.connect(campus.person());
    const gate = Promise.withResolvers<void>();
    let asked = 0;
    campus.messages.holdAnswers(async (name) => {
      if (name !== 'person.rooms') return;
      asked += 1;
      if (asked <= 8) await gate.promise;
    });
    const comeAndGo = async () => {
      const client = campus.prepareClient(me);
      client.connect();
      await new Promise((resolve) => client.io.once('open', () => resolve(null)));
      await settle(bystander);
      client.io.engine.close();
      await settle(bystander);
    };
    await eventually(async () => {
      await comeAndGo();
      expect(asked).toBe(8);
    });
    for (let n = 1; n <= 5; n += 1) {
      await comeAndGo();
      await campus.connect(campus.person());
      expect(asked).toBe(8 + n);
    }
    gate.resolve();
  });

  it('when somebody is added while their rooms are being asked for, the older answer does not undo it', async () => {
    const other = await campus.connect(campus.person());
    const me = campus.person();
    const { isHeld, letGo } = hold('person.rooms');
    const connecting = campus.connect(me);
    await isHeld;
    const chatRoomId = campus.messages.addRoom([me.id]);
    const chatRoom = campus.messages.rooms.get(chatRoomId)!.room;
    campus.messages.rooms.get(chatRoomId)!.members.clear();
    await campus.messages.announce('room.added', { chatRoom, userIds: [me.id] });
    await settle(other);
    letGo();
    const socket = await connecting;
    campus.messages.rooms.get(chatRoomId)!.members.add(me.id);
    await ask(socket, 'sendMessage', { chatRoomId, content: 'mine' });
    await eventually(() => expect(liveMessages(socket)).toEqual(['new_message 1']));
  });
});
