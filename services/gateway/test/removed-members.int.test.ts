import { partitionOf } from '@hallway/bus';
import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, type Campus, heardOf, settle, startCampus, type TestClient } from './campus.ts';

let campus: Campus;

beforeAll(async () => {
  campus = await startCampus();
});
afterAll(() => campus.stop());
beforeEach(() => campus.messages.holdAnswers(async () => undefined));

/** A group that the gateway knows, with the one who will be removed and one who stays. */
async function group() {
  const me = campus.person();
  const other = campus.person();
  const chatRoomId = campus.messages.addRoom([me.id, other.id], 'group');
  const socket = await campus.connect(me);
  const witness = await campus.connect(other);
  return { me, other, chatRoomId, socket, witness };
}

function liveSeqs(socket: TestClient): number[] {
  return socket.heard
    .filter(({ event }) => event === 'receiveMessage' || event === 'new_message')
    .map(({ payload }) => (payload as { seq: number }).seq);
}

async function remove(chatRoomId: string, userId: string): Promise<void> {
  campus.messages.rooms.get(chatRoomId)!.members.delete(userId);
  await campus.messages.announce('room.removed', { chatRoomId, userIds: [userId] });
}

/** Holds the answers of a kind from the `nth` on, until they are let go. */
function holdFrom(kind: string, nth: number) {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let asked = 0;
  campus.messages.holdAnswers(async (name) => {
    if (name !== kind) return;
    asked += 1;
    if (asked < nth) return;
    reached.resolve();
    await gate.promise;
  });
  return { isHeld: reached.promise, letGo: gate.resolve };
}

describe('a message on its way to somebody who is removed', () => {
  it('when it was committed before the removal, comes; when after it, does not, in whichever event', async () => {
    const { me, chatRoomId, socket, witness } = await group();
    await ask(socket, 'joinRoom', chatRoomId);
    await ask(witness, 'sendMessage', { chatRoomId, content: 'before' });
    await remove(chatRoomId, me.id);
    await ask(witness, 'sendMessage', { chatRoomId, content: 'after' });
    const { room, messages } = campus.messages.rooms.get(chatRoomId)!;
    await campus.messages.announce('message.updated', { message: messages[0]!, roomType: 'group' });
    await campus.messages.announce('room.updated', { chatRoom: room });
    await eventually(() => expect(heardOf(witness, 'roomUpdated')).toHaveLength(1));
    await settle(socket);
    expect(liveSeqs(witness)).toEqual([1, 2]);
    expect(heardOf(witness, 'messageUpdated')).toEqual([messages[0]]);
    expect(liveSeqs(socket)).toEqual([1]);
    expect([heardOf(socket, 'messageUpdated'), heardOf(socket, 'roomUpdated')]).toEqual([[], []]);
    const resumed = await ask(socket, 'resume', { rooms: { [chatRoomId]: 0 } });
    expect(resumed).toMatchObject({ ok: true, rooms: {}, gone: [chatRoomId] });
  });

  it('when the removal comes while they open the room, nothing of it reaches them', async () => {
    const { me, other, socket, witness } = await group();
    // A room that the gateway has not heard of: it asks before it lets the socket in, and once more after it.
    const chatRoomId = campus.messages.addRoom([me.id, other.id], 'group');
    const { isHeld, letGo } = holdFrom('room.open', 2);
    const joining = ask(socket, 'joinRoom', chatRoomId);
    await isHeld;
    const chatRoom = campus.messages.rooms.get(chatRoomId)!.room;
    await campus.messages.announce('room.added', { chatRoom, userIds: [other.id] });
    await remove(chatRoomId, me.id);
    await ask(witness, 'sendMessage', { chatRoomId, content: 'without you' });
    await eventually(() => expect(liveSeqs(witness)).toEqual([1]));
    letGo();
    expect(await joining).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect(liveSeqs(socket)).toEqual([]);
  });

  it('when a removal went unheard, nobody hears of the room until memberships are known again', async () => {
    const { me, chatRoomId, socket, witness } = await group();
    await ask(socket, 'joinRoom', chatRoomId);
    await ask(witness, 'joinRoom', chatRoomId);
    await ask(witness, 'sendMessage', { chatRoomId, content: 'heard by both' });
    await eventually(() => expect(liveSeqs(socket)).toEqual([1]));
    const { letGo } = holdFrom('person.rooms', 1);
    campus.messages.rooms.get(chatRoomId)!.members.delete(me.id);
    // What was lost with a Redis shows as a gap in the positions of the stream.
    await campus.messages.redis.incr(campus.messages.names.eventPosition(partitionOf(chatRoomId)));
    await ask(witness, 'sendMessage', { chatRoomId, content: 'into the gap' });
    await ask(witness, 'sendMessage', { chatRoomId, content: 'still uncertain' });
    await settle(socket);
    expect([liveSeqs(socket), liveSeqs(witness)]).toEqual([[1], [1]]);
    letGo();
    await eventually(() => expect(heardOf(witness, 'resync').length).toBeGreaterThanOrEqual(2));
    const missed = await ask(witness, 'resume', { rooms: { [chatRoomId]: 0 } });
    expect(missed.rooms[chatRoomId].messages).toHaveLength(3);
    await ask(witness, 'sendMessage', { chatRoomId, content: 'certain again' });
    await eventually(() => expect(liveSeqs(witness)).toEqual([1, 4]));
    await settle(socket);
    expect(liveSeqs(socket)).toEqual([1]);
  });
});

describe('a removal that goes unheard while everybody has just been told to resume', () => {
  it('keeps the room from them at once, although they are told again only later', async () => {
    const { me, chatRoomId, socket, witness } = await group();
    await ask(socket, 'joinRoom', chatRoomId);
    const loseSomething = () =>
      campus.messages.redis.incr(campus.messages.names.eventPosition(partitionOf(chatRoomId)));
    await loseSomething();
    await ask(witness, 'sendMessage', { chatRoomId, content: 'into the first gap' });
    await eventually(async () => {
      await ask(witness, 'sendMessage', { chatRoomId, content: 'until all are certain again' });
      expect(liveSeqs(socket).length).toBeGreaterThan(0);
    });
    campus.messages.rooms.get(chatRoomId)!.members.delete(me.id);
    await loseSomething();
    const { message } = await ask(witness, 'sendMessage', { chatRoomId, content: 'without you' });
    await settle(socket);
    expect(liveSeqs(socket)).not.toContain(message.seq);
    await eventually(async () => {
      const later = await ask(witness, 'sendMessage', { chatRoomId, content: 'until the others are certain again' });
      expect(liveSeqs(witness)).toContain(later.message.seq);
    });
    await settle(socket);
    expect(Math.max(...liveSeqs(socket))).toBeLessThan(message.seq);
  });
});

describe('messageUpdated', () => {
  it('when a message is older than a membership in a room that hides it, goes to the others alone', async () => {
    const { me, chatRoomId, socket, witness } = await group();
    await ask(witness, 'sendMessage', { chatRoomId, content: 'early' });
    await eventually(() => expect(liveSeqs(socket)).toEqual([1]));
    const message = campus.messages.rooms.get(chatRoomId)!.messages[0]!;
    await campus.messages.announce('message.updated', { message, roomType: 'group', hiddenFrom: [me.id] });
    await eventually(() => expect(heardOf(witness, 'messageUpdated')).toEqual([message]));
    await settle(socket);
    expect(heardOf(socket, 'messageUpdated')).toEqual([]);
  });
});
