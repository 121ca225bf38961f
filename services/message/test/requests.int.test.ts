import { randomBytes, randomUUID } from 'node:crypto';
import {
  type Ask,
  createAsk,
  createBusNames,
  createPendingAnswers,
  createPendingReadMarks,
  listenForReplies,
} from '@hallway/bus';
import type { PublicUser } from '@hallway/contracts';
import { createRedis } from '@hallway/platform';
import { captureLog, eventually } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newObjectId, toObjectId } from '../src/object-ids.ts';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';

let fixture: MessageFixture;
let ask: Ask;
let redis: Redis;
let subscriber: Redis;

beforeAll(async () => {
  fixture = await startMessageFixture();
  const { log } = captureLog();
  const names = createBusNames(fixture.config.REDIS_PREFIX);
  const instance = `gateway-${randomUUID()}`;
  const pending = createPendingAnswers();
  redis = createRedis({ url: fixture.config.REDIS_URL, log, role: 'test', kind: 'blocking' });
  subscriber = createRedis({ url: fixture.config.REDIS_URL, log, role: 'test', kind: 'subscriber' });
  await listenForReplies({ subscriber, names, instance, pending, log });
  ask = createAsk({ redis, names, instance, pending });
});
afterAll(async () => {
  redis?.disconnect();
  subscriber?.disconnect();
  await fixture?.stop();
});

async function roomWith(count: number) {
  const a = await fixture.school.person('admin');
  const b = await fixture.school.person('student');
  const { body } = await fixture.call(a, 'POST /api/message/chat-room', { participantId: b.id });
  for (let index = 1; index <= count; index += 1) {
    await fixture.call(index % 2 ? a : b, 'POST /api/messages', { to: index % 2 ? b.id : a.id, text: `m${index}` });
  }
  return { a, b, chatRoomId: body.chatRoom.id as string };
}

const seqs = (answer: { messages: { seq: number }[] }) => answer.messages.map((message) => message.seq);

describe('room.open', () => {
  it('when a member opens a room, answers room, head, mark, members and the newest messages', async () => {
    const { a, b, chatRoomId } = await roomWith(3);
    const answer = await ask('room.open', { userId: b.id, chatRoomId });
    expect(answer).toMatchObject({ lastSeq: 3, complete: true, chatRoom: { id: chatRoomId, type: 'direct' } });
    expect(seqs(answer)).toEqual([1, 2, 3]);
    expect(answer.memberIds.sort()).toEqual([a.id, b.id].sort());
  });

  it('when more than fifty exist, answers the newest fifty and says that there is more', async () => {
    const { a, b, chatRoomId } = await roomWith(40);
    for (let index = 0; index < 12; index += 1) {
      const [from, to] = index % 2 ? [a, b] : [b, a];
      await fixture.call(from, 'POST /api/messages', { to: to.id, text: `x${index}` });
    }
    const answer = await ask('room.open', { userId: a.id, chatRoomId });
    expect([answer.lastSeq, answer.complete, answer.messages.length, answer.messages[0]?.seq]).toEqual([
      52,
      false,
      50,
      3,
    ]);
    const after = await ask('room.open', { userId: a.id, chatRoomId, afterSeq: 50 });
    expect([seqs(after), after.complete]).toEqual([[51, 52], true]);
    const nothing = await ask('room.open', { userId: a.id, chatRoomId, afterSeq: 52 });
    expect([nothing.messages, nothing.complete]).toEqual([[], true]);
  });

  it('when a stranger opens it, rejects with NOT_FOUND', async () => {
    const { chatRoomId } = await roomWith(1);
    const stranger = await fixture.school.person('student');
    await expect(ask('room.open', { userId: stranger.id, chatRoomId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('rooms.resume', () => {
  it('when several rooms are resumed, answers each with what it misses and names the ones that are gone', async () => {
    const first = await roomWith(4);
    const second = await roomWith(0);
    const unknown = randomBytes(12).toString('hex');
    const answer = await ask('rooms.resume', {
      userId: first.b.id,
      rooms: { [first.chatRoomId]: 1, [second.chatRoomId]: 0, [unknown]: 7 },
    });
    expect(Object.keys(answer.rooms)).toEqual([first.chatRoomId]);
    expect(answer.rooms[first.chatRoomId]).toMatchObject({ lastSeq: 4, complete: true });
    expect(seqs(answer.rooms[first.chatRoomId] as never)).toEqual([2, 3, 4]);
    expect(answer.gone.sort()).toEqual([second.chatRoomId, unknown].sort());
  });
});

describe('an answer that would be too large', () => {
  it('when rooms are full of long messages, brings what fits and says that the rest is incomplete', async () => {
    const user = await fixture.school.person('admin');
    const roomIds: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const other = await fixture.school.person('student');
      const { body } = await fixture.call(user, 'POST /api/messages', { to: other.id, text: 'first' });
      roomIds.push(body.message.chatRoomId);
      await fillRoom(body.message.chatRoomId, 400);
    }
    const { rooms } = await ask('rooms.resume', {
      userId: user.id,
      rooms: Object.fromEntries(roomIds.map((roomId) => [roomId, 1])),
    });
    const answers = roomIds.map((roomId) => rooms[roomId]);
    expect(Buffer.byteLength(JSON.stringify(rooms))).toBeLessThan(8 * 1024 * 1024);
    expect(answers.map((answer) => answer?.complete)).toEqual([false, false, false]);
    const first = answers.find((answer) => (answer?.messages.length ?? 0) > 0);
    expect(seqs(first as never)).toEqual(Array.from({ length: first?.messages.length ?? 0 }, (_, index) => index + 2));
  });
});

/** Puts long messages behind the first one of a room, as if they had been sent. */
async function fillRoom(chatRoomId: string, count: number): Promise<void> {
  const messages = fixture.connection.collection('messages');
  const roomId = toObjectId(chatRoomId);
  const first = await messages.findOne({ roomId });
  const copies = Array.from({ length: count }, (_, index) => ({
    ...first,
    _id: newObjectId(),
    seq: index + 2,
    content: '語'.repeat(8000),
    clientMessageId: `copy-${index}`,
  }));
  await messages.insertMany(copies);
  await fixture.connection.collection('rooms').updateOne({ _id: roomId }, { $set: { lastSeq: count + 1 } });
}

describe('room.mark-read', () => {
  it('when the mark moves, it is pending in Redis at once and one job is asked for', async () => {
    const { b, chatRoomId } = await roomWith(4);
    expect(await ask('room.mark-read', { userId: b.id, chatRoomId, upToSeq: 3 })).toEqual({
      lastReadSeq: 4,
      unread: 0,
    });
    const { a, chatRoomId: other } = await roomWith(3);
    const third = await fixture.school.person('admin');
    await expect(ask('room.mark-read', { userId: third.id, chatRoomId: other, upToSeq: 1 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const names = createBusNames(fixture.config.REDIS_PREFIX);
    const pending = createPendingReadMarks({ redis, names });
    await eventually(async () => {
      const marks = await pending.list(other);
      expect(marks.find((mark) => mark.userId === a.id)?.lastReadSeq).toBe(3);
    });
    const jobs = await redis.keys(`${names.jobs}:read-marks:read-${other}-*`);
    expect(jobs.length).toBeGreaterThan(0);
  });
});

describe('person.rooms and people.reachable', () => {
  it('when a person has rooms, lists them; of others only those whom the policy lets them reach', async () => {
    const { b, a, chatRoomId } = await roomWith(1);
    expect(await ask('person.rooms', { userId: b.id })).toEqual({ chatRoomIds: [chatRoomId] });
    const stranger: PublicUser = await fixture.school.person('student');
    const { userIds } = await ask('people.reachable', { userId: b.id, userIds: [a.id, stranger.id] });
    expect(userIds).toEqual([a.id]);
  });
});
