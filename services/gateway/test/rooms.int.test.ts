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
    const chatRoomId = campus.messages.addRoom([me.id, other.id]);
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'first' });
    const answer = await ask(socket, 'resume', { rooms: { [chatRoomId]: 0 } });
    expect(seqs(answer.rooms[chatRoomId].messages)).toEqual([1]);
    await ask(otherSocket, 'sendMessage', { chatRoomId, content: 'second' });
    await eventually(() => expect(liveMessages(socket)).toEqual(['receiveMessage 2']));
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
