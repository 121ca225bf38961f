import { createBusNames, createDirectoryChanges, createEventTail } from '@hallway/bus';
import type { CourseRole, DomainEvent, PublicUser } from '@hallway/contracts';
import { createRedis } from '@hallway/platform';
import { openSchoolRecords } from '@hallway/policy';
import { captureLog, eventually } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newObjectId, toObjectId } from '../src/object-ids.ts';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';
import { idsOf, refusalOf, withRooms } from './rooms-fixture.ts';

let fixture: MessageFixture;
let rooms: ReturnType<typeof withRooms>;
let redis: Redis;
let tail: ReturnType<typeof createEventTail>;
let publish: ReturnType<typeof createDirectoryChanges>['publish'];
const heard: DomainEvent[] = [];

beforeAll(async () => {
  fixture = await startMessageFixture();
  rooms = withRooms(fixture);
  const names = createBusNames(fixture.config.REDIS_PREFIX);
  const { log } = captureLog();
  redis = createRedis({ url: fixture.config.REDIS_URL, log, role: 'test', kind: 'blocking' });
  publish = createDirectoryChanges({ redis, names, log }).publish;
  tail = createEventTail({
    blocking: createRedis({ url: fixture.config.REDIS_URL, log, role: 'test-tail', kind: 'blocking' }),
    names,
    log,
    onBatch: (batch) => heard.push(...batch.events()),
    onLost: () => undefined,
  });
  await tail.start();
  await fixture.startAnother();
});
afterAll(async () => {
  await tail?.stop();
  redis?.disconnect();
  await fixture?.stop();
});

const records = () => openSchoolRecords(fixture.connection);

/** Changes an enrolment as the auth service does: written, then announced unless a test says otherwise. */
async function enrol(
  courseId: string,
  user: PublicUser,
  change: { role?: CourseRole; status?: 'active' | 'ended'; sectionIds?: string[]; announced?: boolean },
) {
  const { sectionIds, announced = true, ...fields } = change;
  const sections = sectionIds ? { sectionIds: sectionIds.map(toObjectId) } : {};
  const set = { role: 'student' as const, status: 'active' as const, ...fields, ...sections, changedAt: new Date() };
  const key = { courseId: toObjectId(courseId), userId: toObjectId(user.id) };
  await records().enrolments.updateOne(key, { $set: set, $setOnInsert: { createdAt: new Date() } }, { upsert: true });
  if (announced) await publish([{ kind: 'enrolment', personIds: [user.id], courseIds: [courseId] }]);
}

async function conclude(courseId: string, daysAgo: number): Promise<void> {
  const concludesAt = new Date(Date.now() - daysAgo * 24 * 3600 * 1000);
  await records().courses.updateOne({ _id: toObjectId(courseId) }, { $set: { concludesAt, changedAt: new Date() } });
  await publish([{ kind: 'course', courseIds: [courseId] }]);
}

async function section(courseId: string): Promise<string> {
  const _id = newObjectId();
  await records().sections.insertOne({ _id, courseId: toObjectId(courseId), title: 'A', createdAt: new Date() });
  return _id.toHexString();
}

let chen: PublicUser;
let john: PublicUser;
let sarah: PublicUser;
let mike: PublicUser;
let courseId: string;
let roomId: string;

beforeEach(async () => {
  const made = await rooms.course({ chen: 'instructor', john: 'student', sarah: 'student' });
  ({ chen, john, sarah } = made.people as Record<'chen' | 'john' | 'sarah', PublicUser>);
  mike = await fixture.school.person('student');
  courseId = made.id;
  const { body } = await rooms.createRoom(chen, { type: 'course', title: 'All of us', courseId });
  roomId = body.chatRoom.id;
  await rooms.send(chen, roomId, 'welcome');
});

const removedFrom = (id: string) =>
  heard.flatMap(({ type, data }) => (type === 'room.removed' && data.chatRoomId === id ? data.userIds : []));
const addedTo = (id: string) =>
  heard.flatMap(({ type, data }) => (type === 'room.added' && data.chatRoom.id === id ? data.userIds : []));

async function everyDoor(person: PublicUser) {
  const answers = await Promise.all([
    rooms.read(person, roomId),
    rooms.send(person, roomId),
    fixture.call(person, `GET /api/rooms/${roomId}`),
    fixture.call(person, `GET /api/rooms/${roomId}/members`),
    fixture.call(person, `POST /api/rooms/${roomId}/read`, {}),
  ]);
  return answers.map(({ status }) => status);
}

describe('a room that follows a course', () => {
  it('when somebody enrols, is theirs with its history and nothing unread', async () => {
    await enrol(courseId, mike, {});
    await eventually(async () => expect(await rooms.members(chen, roomId)).toEqual(idsOf(chen, john, sarah, mike)));
    const conversation = await rooms.conversation(mike, roomId);
    expect(conversation).toMatchObject({ unread: 0, lastMessage: { content: 'welcome' } });
    await eventually(() => expect(addedTo(roomId)).toContain(mike.id));
    await eventually(async () => {
      expect((await fixture.call(chen, `GET /api/rooms/${roomId}`)).body.chatRoom.participantCount).toBe(4);
    });
  });

  it('when somebody drops the course, is closed to them on every door, and they are told', async () => {
    await enrol(courseId, john, { status: 'ended' });
    await eventually(async () => expect(await everyDoor(john)).toEqual([404, 404, 404, 404, 404]));
    await eventually(() => expect(removedFrom(roomId)).toContain(john.id));
    expect(await rooms.members(sarah, roomId)).toEqual(idsOf(chen, sarah));
    expect((await rooms.read(sarah, roomId)).body.messages[0]).toMatchObject({ content: 'welcome' });
  });

  it('when the change was never announced, follows all the same', async () => {
    await enrol(courseId, john, { status: 'ended', announced: false });
    await eventually(async () => expect((await rooms.read(john, roomId)).status).toBe(404), { withinMs: 8000 });
  });

  it('when somebody moves to another section, leaves one room and joins the other', async () => {
    const [a, b] = [await section(courseId), await section(courseId)];
    await enrol(courseId, john, { sectionIds: [a] });
    const roomOf = async (sectionId: string) => {
      const body = { type: 'course', title: 'Section', courseId, audience: 'section', sectionId };
      return (await rooms.createRoom(chen, body)).body.chatRoom.id as string;
    };
    const [roomA, roomB] = [await roomOf(a), await roomOf(b)];
    expect(await rooms.members(chen, roomA)).toEqual(idsOf(chen, john));
    expect(await rooms.members(chen, roomB)).toEqual(idsOf(chen));
    await enrol(courseId, john, { sectionIds: [b] });
    await eventually(async () => expect(await rooms.members(chen, roomB)).toEqual(idsOf(chen, john)));
    await eventually(async () => expect((await rooms.read(john, roomA)).status).toBe(404));
    expect((await rooms.read(john, roomId)).status).toBe(200);
  });

  it('when a hundred changes of enrolments come at once to two services, ends as the enrolments say', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, () => fixture.school.person('student')));
    for (let round = 0; round < 5; round += 1) {
      const status = round % 2 === 0 ? 'active' : 'ended';
      await Promise.all(people.map((person, n) => enrol(courseId, person, { status: n < 10 ? status : 'ended' })));
    }
    const expected = idsOf(chen, john, sarah, ...people.slice(0, 10));
    await eventually(async () => expect(await rooms.members(chen, roomId)).toEqual(expected));
    await eventually(async () => {
      expect((await fixture.call(chen, `GET /api/rooms/${roomId}`)).body.chatRoom.participantCount).toBe(13);
    });
  });

  it('when its only owner no longer teaches the course, another of its staff owns it', async () => {
    const okafor = await fixture.school.person('instructor');
    await enrol(courseId, okafor, { role: 'instructor' });
    await eventually(async () => expect(await rooms.members(chen, roomId)).toContain(okafor.id));
    await enrol(courseId, chen, { status: 'ended' });
    await eventually(async () => {
      expect((await fixture.call(okafor, `GET /api/rooms/${roomId}`)).body.me?.roomRole).toBe('owner');
    });
    // The room has its new owner before it loses the old one.
    await eventually(async () => expect((await rooms.read(chen, roomId)).status).toBe(404));
  });

  it('when a member wants to leave, or an owner to remove one, answers CONFLICT; guests come and go', async () => {
    const admin = await fixture.school.person('admin');
    for (const [by, whom] of [
      [john, john],
      [chen, john],
    ] as const) {
      const answer = await fixture.call(by, `DELETE /api/rooms/${roomId}/members/${whom.id}`);
      expect(refusalOf(answer)).toEqual([409, 'CONFLICT', undefined]);
    }
    expect((await fixture.call(chen, `POST /api/rooms/${roomId}/members`, { userIds: [admin.id] })).status).toBe(200);
    expect((await fixture.call(chen, `DELETE /api/rooms/${roomId}/members/${admin.id}`)).status).toBe(204);
  });

  it('when an observer writes, answers NOT_A_WRITER', async () => {
    await enrol(courseId, mike, { role: 'observer' });
    await eventually(async () => expect((await rooms.read(mike, roomId)).status).toBe(200));
    expect(refusalOf(await rooms.send(mike, roomId))).toEqual([403, 'MESSAGING_NOT_ALLOWED', 'NOT_A_WRITER']);
  });
});

describe('the rooms of a course that has ended', () => {
  it('when the grace is over, can be read by all and written by nobody, on every door', async () => {
    const sent = await rooms.send(john, roomId, 'hello');
    const messageId = sent.body.message.id;
    await conclude(courseId, 15);
    const readOnly = [403, 'MESSAGING_NOT_ALLOWED', 'READ_ONLY'];
    await eventually(async () => expect(refusalOf(await rooms.send(john, roomId))).toEqual(readOnly));
    const doors = await Promise.all([
      rooms.send(chen, roomId),
      fixture.call(john, `PATCH /api/message/message/${messageId}`, { content: 'x' }),
      fixture.call(john, `DELETE /api/message/message/${messageId}`),
      fixture.call(chen, `PATCH /api/rooms/${roomId}`, { title: 'X' }),
      fixture.call(chen, `POST /api/rooms/${roomId}/members`, { userIds: [(await fixture.school.person('admin')).id] }),
      rooms.createRoom(chen, { type: 'course', title: 'One more', courseId }),
    ]);
    expect(doors.map(refusalOf)).toEqual(doors.map(() => readOnly));
    const history = await rooms.read(john, roomId);
    expect(history.body.messages.slice(0, 2).map((one: { content: string }) => one.content)).toEqual([
      'welcome',
      'hello',
    ]);
    expect((await fixture.call(john, `GET /api/rooms/${roomId}`)).body.me.canWrite).toBe(false);
    expect((await fixture.call(chen, `DELETE /api/message/message/${messageId}`)).status).toBe(200);
  });

  it('when the grace is not over, is written as before', async () => {
    await conclude(courseId, 13);
    expect((await rooms.send(john, roomId)).status).toBe(201);
  });
});

describe('somebody whose account was closed', () => {
  it('when they were members, stay in the history and the list of the others', async () => {
    await rooms.send(john, roomId, 'goodbye');
    await fixture.school.deactivate(john.id);
    await publish([{ kind: 'person', personIds: [john.id] }]);
    expect((await rooms.read(sarah, roomId)).body.messages).toHaveLength(2);
    expect(await rooms.members(sarah, roomId)).toContain(john.id);
    await eventually(async () => {
      const answer = await rooms.createRoom(sarah, { type: 'group', title: 'X', memberIds: [john.id] });
      expect(refusalOf(answer)).toEqual([404, 'RECIPIENT_NOT_FOUND', undefined]);
    });
  });
});
