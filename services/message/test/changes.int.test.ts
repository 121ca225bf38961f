import { randomBytes } from 'node:crypto';
import { createBusNames, createCommandLog, createEventTail } from '@hallway/bus';
import type { DomainEvent, PublicUser } from '@hallway/contracts';
import { createRedis } from '@hallway/platform';
import { captureLog, eventually } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';
import { refusalOf, withRooms } from './rooms-fixture.ts';

let fixture: MessageFixture;
let rooms: ReturnType<typeof withRooms>;
let chen: PublicUser;
let john: PublicUser;
let sarah: PublicUser;
let mike: PublicUser;
let courseId: string;
let redis: Redis;
let tail: ReturnType<typeof createEventTail>;
const heard: DomainEvent[] = [];

beforeAll(async () => {
  fixture = await startMessageFixture();
  rooms = withRooms(fixture);
  const made = await rooms.course({ chen: 'instructor', john: 'student', sarah: 'student', mike: 'student' });
  ({ chen, john, sarah, mike } = made.people as Record<'chen' | 'john' | 'sarah' | 'mike', PublicUser>);
  courseId = made.id;
  const open = () =>
    createRedis({ url: fixture.config.REDIS_URL, log: captureLog().log, role: 'test', kind: 'blocking' });
  redis = open();
  tail = createEventTail({
    blocking: open(),
    names: createBusNames(fixture.config.REDIS_PREFIX),
    log: captureLog().log,
    onBatch: (batch) => heard.push(...batch.events()),
    onLost: () => undefined,
  });
  await tail.start();
});
afterAll(async () => {
  await tail?.stop();
  redis?.disconnect();
  await fixture?.stop();
});

async function written(by: PublicUser, chatRoomId: string, content = 'hello') {
  const { body } = await rooms.send(by, chatRoomId, content);
  return body.message as { id: string; seq: number; clientMessageId: string };
}
const edit = (by: PublicUser, id: string, content: string) =>
  fixture.call(by, `PATCH /api/message/message/${id}`, { content });
const remove = (by: PublicUser, id: string) => fixture.call(by, `DELETE /api/message/message/${id}`);
const stored = async (by: PublicUser, roomId: string, seq: number) =>
  (await rooms.read(by, roomId, `?after=${seq - 1}&limit=1`)).body.messages[0];
const updatesOf = (messageId: string) =>
  heard.flatMap(({ type, data }) =>
    type === 'message.updated' && data.message.id === messageId ? [data.message] : [],
  );

async function directRoom(a: PublicUser, b: PublicUser): Promise<string> {
  return (await fixture.call(a, 'POST /api/message/chat-room', { participantId: b.id })).body.chatRoom.id;
}

describe('PATCH /api/message/message/:id', () => {
  it('when the author edits, answers what everybody reads from then on, and announces it', async () => {
    const room = await rooms.group(john, [sarah]);
    const message = await written(john, room);
    const { status, body } = await edit(john, message.id, ' hello again ');
    expect(status).toBe(200);
    expect(body.message).toMatchObject({ id: message.id, seq: 1, content: ' hello again ', chatRoomId: room });
    expect(Date.parse(body.message.editedAt)).toBeGreaterThan(0);
    expect(await stored(sarah, room, 1)).toEqual(body.message);
    await eventually(() => expect(updatesOf(message.id)).toEqual([body.message]));
    expect((await rooms.conversation(sarah, room)).unread).toBe(1);
  });

  it('when twenty edits come at once through two services, all end with the latest one', async () => {
    await fixture.startAnother();
    const room = await rooms.group(john, [sarah]);
    const message = await written(john, room);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => edit(john, message.id, `edit ${n}`)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const times = answers.map(({ body }) => body.message.editedAt).sort();
    expect(new Set(times).size).toBe(20);
    const last = answers.find(({ body }) => body.message.editedAt === times.at(-1))!.body.message;
    expect(await stored(sarah, room, 1)).toEqual(last);
    await eventually(() => expect(updatesOf(message.id)).toHaveLength(20));
    const announced = updatesOf(message.id).map(({ editedAt }) => editedAt);
    expect(announced).toEqual([...announced].sort());
  });

  it('when somebody else edits, answers FORBIDDEN; to a stranger the message is not there', async () => {
    const room = await rooms.group(john, [sarah]);
    const message = await written(john, room);
    expect(refusalOf(await edit(sarah, message.id, 'x'))).toEqual([403, 'FORBIDDEN', undefined]);
    expect(refusalOf(await edit(mike, message.id, 'x'))).toEqual([404, 'NOT_FOUND', undefined]);
    expect(refusalOf(await edit(john, randomBytes(12).toString('hex'), 'x'))).toEqual([404, 'NOT_FOUND', undefined]);
    expect(refusalOf(await edit(john, message.id, '  '))).toEqual([400, 'VALIDATION_FAILED', undefined]);
    expect((await stored(john, room, 1)).editedAt).toBeUndefined();
  });

  it('when the author was removed from the room, answers NOT_FOUND', async () => {
    const room = await rooms.group(john, [sarah]);
    const message = await written(sarah, room);
    await fixture.call(john, `DELETE /api/rooms/${room}/members/${sarah.id}`);
    expect((await edit(sarah, message.id, 'x')).status).toBe(404);
    expect((await remove(sarah, message.id)).status).toBe(404);
  });

  it('when the two of a direct room may not write to each other any more, an edit is refused and a delete is not', async () => {
    const [a, b] = [await fixture.school.person('student'), await fixture.school.person('student')];
    await fixture.school.course({ [a.id]: 'student', [b.id]: 'student' });
    const room = await directRoom(a, b);
    const message = await written(a, room);
    await fixture.school.leaveCourses(a.id);
    await eventually(async () => {
      expect(refusalOf(await edit(a, message.id, 'x'))).toEqual([403, 'MESSAGING_NOT_ALLOWED', 'NOT_RELATED']);
    });
    expect((await remove(a, message.id)).status).toBe(200);
  });

  it('when the send is repeated after an edit, answers the edited message', async () => {
    const room = await directRoom(john, sarah);
    const body = { chatRoomId: room, content: 'first', clientMessageId: randomBytes(8).toString('hex') };
    const first = await fixture.call(john, 'POST /api/message/message', body);
    await edit(john, first.body.message.id, 'second');
    const again = await fixture.call(john, 'POST /api/message/message', body);
    expect([again.status, again.body.message.content]).toEqual([200, 'second']);
  });
});

describe('DELETE /api/message/message/:id', () => {
  it('when the author deletes, leaves an empty message in its place, the same for a second delete', async () => {
    const room = await directRoom(john, sarah);
    const message = await written(john, room, 'a secret');
    const { status, body } = await remove(john, message.id);
    expect([status, body.message.content]).toEqual([200, '']);
    expect(Date.parse(body.message.deletedAt)).toBeGreaterThan(0);
    expect((await remove(john, message.id)).body.message).toEqual(body.message);
    expect(await stored(sarah, room, message.seq)).toEqual(body.message);
    expect((await edit(john, message.id, 'back')).status).toBe(404);
    expect((await remove(sarah, message.id)).status).toBe(403);
    const document = await fixture.connection
      .collection('messages')
      .findOne({ clientMessageId: message.clientMessageId });
    expect(document?.content).toBe('');
  });

  it('when a moderator deletes, takes the message of somebody else; other members are FORBIDDEN', async () => {
    const group = await rooms.group(john, [sarah, mike]);
    const one = await written(sarah, group);
    expect((await remove(mike, one.id)).status).toBe(403);
    expect((await remove(john, one.id)).status).toBe(200);
    const ta = await fixture.school.person('instructor');
    const { body } = await rooms.createRoom(chen, { type: 'course', title: 'All', courseId });
    const two = await written(sarah, body.chatRoom.id);
    expect((await remove(ta, two.id)).status).toBe(404);
    expect((await remove(chen, two.id)).status).toBe(200);
    expect((await edit(chen, two.id, 'x')).status).toBe(403);
  });

  it('when the change is redelivered after a later one, does not undo that one', async () => {
    const room = await rooms.group(john, [sarah]);
    const message = await written(john, room);
    const append = createCommandLog({ redis, names: createBusNames(fixture.config.REDIS_PREFIX) });
    const change = (requestId: string, content: string) =>
      append({
        change: 'edit',
        requestId,
        origin: 'nobody',
        callerId: john.id,
        callerRole: 'student',
        chatRoomId: room,
        messageId: message.id,
        content,
        submittedAt: new Date().toISOString(),
      });
    for (const [requestId, content] of [
      ['r1', 'one'],
      ['r2', 'two'],
      ['r1', 'one'],
    ] as const) {
      await change(requestId, content);
    }
    await eventually(() => expect(updatesOf(message.id)).toHaveLength(3));
    expect(updatesOf(message.id).map(({ content }) => content)).toEqual(['one', 'two', 'two']);
    expect((await stored(john, room, 1)).content).toBe('two');
  });
});
