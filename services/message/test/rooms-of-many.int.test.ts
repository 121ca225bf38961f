import { randomBytes } from 'node:crypto';
import type { PublicUser } from '@hallway/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';
import { idsOf, refusalOf, withRooms } from './rooms-fixture.ts';

let fixture: MessageFixture;
let rooms: ReturnType<typeof withRooms>;
let chen: PublicUser;
let john: PublicUser;
let sarah: PublicUser;
let mike: PublicUser;
let outsider: PublicUser;
let admin: PublicUser;
let courseId: string;

beforeAll(async () => {
  fixture = await startMessageFixture();
  rooms = withRooms(fixture);
  const made = await rooms.course({ chen: 'instructor', john: 'student', sarah: 'student', mike: 'student' });
  ({ chen, john, sarah, mike } = made.people as Record<'chen' | 'john' | 'sarah' | 'mike', PublicUser>);
  courseId = made.id;
  outsider = await fixture.school.person('student');
  admin = await fixture.school.person('admin');
});
afterAll(() => fixture?.stop());

const randomId = () => randomBytes(12).toString('hex');

describe('POST /api/rooms', () => {
  it('when a student makes a group of people whom they may write to, makes them its members and the student its owner', async () => {
    const body = { type: 'group', title: '  Reading circle ', memberIds: [sarah.id, mike.id, sarah.id, john.id] };
    const { status, body: answer } = await rooms.createRoom(john, body);
    expect(status).toBe(201);
    expect(answer.chatRoom).toMatchObject({
      type: 'group',
      title: 'Reading circle',
      courseId: null,
      participantCount: 3,
      lastSeq: 0,
      historyFrom: 'start',
    });
    const { id } = answer.chatRoom;
    expect(await rooms.members(mike, id)).toEqual(idsOf(john, sarah, mike));
    const mine = await fixture.call(john, `GET /api/rooms/${id}`);
    expect(mine.body.me).toEqual({
      roomRole: 'owner',
      source: 'manual',
      canManage: true,
      canModerate: true,
      canWrite: true,
    });
    const theirs = await fixture.call(mike, `GET /api/rooms/${id}`);
    expect(theirs.body.me).toEqual({
      roomRole: 'member',
      source: 'manual',
      canManage: false,
      canModerate: false,
      canWrite: true,
    });
    expect(await rooms.conversation(sarah, id)).toMatchObject({ unread: 0, with: null, lastMessage: null });
  });

  it('when one of the people may not be written to, says who it is and makes nothing', async () => {
    const before = await fixture.connection.collection('rooms').countDocuments();
    const refused = await rooms.createRoom(john, { type: 'group', title: 'X', memberIds: [sarah.id, outsider.id] });
    expect(refusalOf(refused)).toEqual([403, 'MESSAGING_NOT_ALLOWED', 'NOT_RELATED']);
    expect(refused.body.error.details.userId).toBe(outsider.id);
    const nobody = await rooms.createRoom(john, { type: 'group', title: 'X', memberIds: [randomId()] });
    expect(refusalOf(nobody)).toEqual([404, 'RECIPIENT_NOT_FOUND', undefined]);
    expect(await fixture.connection.collection('rooms').countDocuments()).toBe(before);
  });

  it('when asked ten times at once under one clientRoomId, makes one room', async () => {
    const body = { type: 'group', title: 'Once', memberIds: [sarah.id], clientRoomId: randomId() };
    const answers = await Promise.all(Array.from({ length: 10 }, () => rooms.createRoom(john, body)));
    expect(new Set(answers.map((answer) => answer.body.chatRoom.id)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const mine = await fixture.connection.collection('memberships').countDocuments({});
    const again = await rooms.createRoom(john, body);
    expect(again.status).toBe(200);
    expect(await fixture.connection.collection('memberships').countDocuments({})).toBe(mine);
  });

  it.each([
    ['a course room by a student of the course', () => john, () => ({ type: 'course', courseId })],
    ['an announcement by a student of the course', () => john, () => ({ type: 'announcement', courseId })],
    ['a room of a course that does not exist', () => chen, () => ({ type: 'course', courseId: randomId() })],
    ['an announcement for nobody in particular by an instructor', () => chen, () => ({ type: 'announcement' })],
    ['a group of a course to which the maker does not belong', () => outsider, () => ({ type: 'group', courseId })],
  ])('when it is %s, answers FORBIDDEN', async (_, by, body) => {
    const answer = await rooms.createRoom(by(), { title: 'X', ...body() });
    expect(refusalOf(answer)).toEqual([403, 'FORBIDDEN', undefined]);
  });

  it.each([
    ['an empty title', () => ({ type: 'group', title: '  ' })],
    ['a title of two lines', () => ({ type: 'group', title: 'a\nb' })],
    ['a title that is too long', () => ({ type: 'group', title: 'x'.repeat(121) })],
    ['a direct room', () => ({ type: 'direct', title: 'X' })],
    ['over 200 people', () => ({ type: 'group', title: 'X', memberIds: Array.from({ length: 201 }, randomId) })],
    ['a course room without a course', () => ({ type: 'course', title: 'X' })],
    ['a course that does not exist', () => ({ type: 'course', title: 'X', courseId: randomId() })],
    ['an audience for a group', () => ({ type: 'group', title: 'X', audience: 'course' })],
    ['a section that is none', () => ({ type: 'course', title: 'X', courseId, sectionId: randomId() })],
    ['an audience of a section without one', () => ({ type: 'course', title: 'X', courseId, audience: 'section' })],
  ])('when the body has %s, answers VALIDATION_FAILED', async (_, body) => {
    expect(refusalOf(await rooms.createRoom(admin, body()))).toEqual([400, 'VALIDATION_FAILED', undefined]);
  });

  it('when staff make a room of their course without naming people, everybody of the course is in it', async () => {
    const { status, body } = await rooms.createRoom(chen, {
      type: 'course',
      title: 'All of us',
      courseId,
      memberIds: [],
    });
    expect(status).toBe(201);
    expect(body.chatRoom).toMatchObject({ courseId, audience: { courseId, sectionId: null }, participantCount: 4 });
    expect(await rooms.members(john, body.chatRoom.id)).toEqual(idsOf(chen, john, sarah, mike));
    expect((await rooms.send(john, body.chatRoom.id)).status).toBe(201);
  });
});

describe('GET /api/rooms/:id', () => {
  it('when the room is none of theirs, every route answers as if there were none', async () => {
    const id = await rooms.group(john, [sarah]);
    const calls = (roomId: string) =>
      Promise.all([
        fixture.call(outsider, `GET /api/rooms/${roomId}`),
        fixture.call(outsider, `GET /api/rooms/${roomId}/members`),
        fixture.call(outsider, `PATCH /api/rooms/${roomId}`, { title: 'X' }),
        fixture.call(outsider, `DELETE /api/rooms/${roomId}`),
        fixture.call(outsider, `POST /api/rooms/${roomId}/members`, { userIds: [outsider.id] }),
        fixture.call(outsider, `DELETE /api/rooms/${roomId}/members/${outsider.id}`),
        fixture.call(outsider, `POST /api/rooms/${roomId}/read`, {}),
      ]);
    const [theirs, nowhere] = [await calls(id), await calls(randomId())];
    for (const [index, answer] of theirs.entries()) {
      expect(answer.status).toBe(404);
      const { requestId: _, ...error } = answer.body.error;
      const { requestId: __, ...other } = nowhere[index]!.body.error;
      expect(error).toEqual(other);
    }
  });
});

describe('PATCH and DELETE /api/rooms/:id', () => {
  it('when the owner renames it, everybody sees the title; other members are FORBIDDEN', async () => {
    const id = await rooms.group(john, [sarah]);
    const renamed = await fixture.call(john, `PATCH /api/rooms/${id}`, { title: 'Chess' });
    expect([renamed.status, renamed.body.chatRoom.title]).toEqual([200, 'Chess']);
    expect((await fixture.call(sarah, `GET /api/rooms/${id}`)).body.chatRoom.title).toBe('Chess');
    const refused = await fixture.call(sarah, `PATCH /api/rooms/${id}`, { title: 'Mine' });
    expect(refusalOf(refused)).toEqual([403, 'FORBIDDEN', undefined]);
  });

  it('when an administrator of the institution is a member, they manage it', async () => {
    const id = await rooms.group(john, [sarah, admin]);
    expect((await fixture.call(admin, `PATCH /api/rooms/${id}`, { title: 'Looked after' })).status).toBe(200);
    expect((await fixture.call(admin, `DELETE /api/rooms/${id}/members/${sarah.id}`)).status).toBe(204);
  });

  it('when it is deleted, all lose it at once and its messages are kept', async () => {
    const id = await rooms.group(john, [sarah]);
    await rooms.send(sarah, id);
    expect((await fixture.call(sarah, `DELETE /api/rooms/${id}`)).status).toBe(403);
    expect((await fixture.call(john, `DELETE /api/rooms/${id}`)).status).toBe(204);
    expect((await rooms.read(sarah, id)).status).toBe(404);
    expect((await rooms.send(john, id)).status).toBe(404);
    expect(await rooms.conversation(sarah, id)).toBeUndefined();
    expect((await fixture.call(john, `DELETE /api/rooms/${id}`)).status).toBe(404);
    expect(await fixture.connection.collection('messages').countDocuments({ content: 'hello' })).toBeGreaterThan(0);
  });

  it('when the room is a direct one, answers FORBIDDEN to what would change it', async () => {
    const opened = await fixture.call(john, 'POST /api/message/chat-room', { participantId: sarah.id });
    const { id } = opened.body.chatRoom;
    expect((await fixture.call(john, `GET /api/rooms/${id}`)).body.chatRoom.type).toBe('direct');
    const changes = await Promise.all([
      fixture.call(john, `PATCH /api/rooms/${id}`, { title: 'X' }),
      fixture.call(john, `DELETE /api/rooms/${id}`),
      fixture.call(john, `POST /api/rooms/${id}/members`, { userIds: [mike.id] }),
      fixture.call(john, `DELETE /api/rooms/${id}/members/${john.id}`),
    ]);
    expect(changes.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  });
});

describe('the members of a room', () => {
  it('when somebody is added, they see the whole history and have nothing unread', async () => {
    const id = await rooms.group(john, [sarah]);
    for (const content of ['one', 'two']) await rooms.send(john, id, content);
    const added = await fixture.call(john, `POST /api/rooms/${id}/members`, { userIds: [mike.id, sarah.id] });
    expect([added.status, added.body.added, added.body.chatRoom.participantCount]).toEqual([200, [mike.id], 3]);
    const again = await fixture.call(john, `POST /api/rooms/${id}/members`, { userIds: [mike.id] });
    expect([again.status, again.body.added]).toEqual([200, []]);
    const history = await rooms.read(mike, id);
    expect(history.body.messages.map((message: { content: string }) => message.content)).toEqual(['one', 'two']);
    expect([history.body.lastSeq, history.body.lastReadSeq]).toEqual([2, 2]);
    expect((await rooms.conversation(mike, id)).unread).toBe(0);
    await rooms.send(john, id, 'three');
    expect((await rooms.conversation(mike, id)).unread).toBe(1);
    const read = await fixture.call(mike, `POST /api/rooms/${id}/read`, {});
    expect([read.status, read.body]).toEqual([200, { chatRoomId: id, lastReadSeq: 3, unread: 0 }]);
  });

  it('when the room shows history from joining on, what came before is neither read, replied to nor named', async () => {
    const id = await rooms.group(john, [sarah], { historyFrom: 'joined' });
    const before = await rooms.send(john, id, 'before');
    await fixture.call(john, `POST /api/rooms/${id}/members`, { userIds: [mike.id] });
    expect((await rooms.conversation(mike, id)).lastMessage).toBeNull();
    await rooms.send(john, id, 'after');
    const contents = async (person: PublicUser, query = '') =>
      (await rooms.read(person, id, query)).body.messages.map(
        (message: { seq: number; content: string; isVoid?: true }) => [
          message.seq,
          message.content,
          message.isVoid ?? false,
        ],
      );
    expect(await contents(mike)).toEqual([[2, 'after', false]]);
    expect(await contents(mike, '?before=2')).toEqual([]);
    expect(await contents(mike, '?after=0')).toEqual([
      [1, '', true],
      [2, 'after', false],
    ]);
    expect(await contents(sarah)).toEqual([
      [1, 'before', false],
      [2, 'after', false],
    ]);
    const { id: messageId } = before.body.message;
    const reply = await fixture.call(mike, 'POST /api/message/message', {
      chatRoomId: id,
      content: 'x',
      replyTo: messageId,
    });
    expect(refusalOf(reply)).toEqual([400, 'VALIDATION_FAILED', undefined]);
  });

  it('when a member adds or removes others without owning the room, answers FORBIDDEN', async () => {
    const id = await rooms.group(john, [sarah, mike]);
    expect((await fixture.call(sarah, `POST /api/rooms/${id}/members`, { userIds: [chen.id] })).status).toBe(403);
    expect((await fixture.call(sarah, `DELETE /api/rooms/${id}/members/${mike.id}`)).status).toBe(403);
    const refused = await fixture.call(john, `POST /api/rooms/${id}/members`, { userIds: [chen.id, outsider.id] });
    expect(refusalOf(refused)).toEqual([403, 'MESSAGING_NOT_ALLOWED', 'NOT_RELATED']);
    expect(await rooms.members(john, id)).toEqual(idsOf(john, sarah, mike));
  });

  it('when somebody is removed, every door is closed to them and a second removal changes nothing', async () => {
    const id = await rooms.group(john, [sarah, mike]);
    await rooms.send(john, id);
    expect((await fixture.call(john, `DELETE /api/rooms/${id}/members/${mike.id}`)).status).toBe(204);
    expect((await fixture.call(john, `DELETE /api/rooms/${id}/members/${mike.id}`)).status).toBe(204);
    const doors = await Promise.all([
      rooms.read(mike, id),
      rooms.send(mike, id),
      fixture.call(mike, `GET /api/rooms/${id}`),
      fixture.call(mike, `POST /api/rooms/${id}/read`, {}),
    ]);
    expect(doors.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect((await fixture.call(john, `GET /api/rooms/${id}`)).body.chatRoom.participantCount).toBe(2);
  });

  it('when the last owner leaves, whoever has been there longest owns the room', async () => {
    const id = await rooms.group(john, [sarah]);
    await fixture.call(john, `POST /api/rooms/${id}/members`, { userIds: [mike.id] });
    expect((await fixture.call(john, `DELETE /api/rooms/${id}/members/${john.id}`)).status).toBe(204);
    expect((await fixture.call(sarah, `GET /api/rooms/${id}`)).body.me.roomRole).toBe('owner');
    expect((await fixture.call(mike, `GET /api/rooms/${id}`)).body.me.roomRole).toBe('member');
    expect((await fixture.call(john, `GET /api/rooms/${id}`)).status).toBe(404);
  });

  it('when there are many, lists them page by page without a gap', async () => {
    const id = await rooms.group(john, [sarah, mike, chen]);
    const first = await fixture.call(john, `GET /api/rooms/${id}/members?limit=3`);
    const second = await fixture.call(john, `GET /api/rooms/${id}/members?limit=3&cursor=${first.body.nextCursor}`);
    const all = [...first.body.members, ...second.body.members];
    expect(all.map((member) => member.id)).toEqual(idsOf(john, sarah, mike, chen));
    expect(second.body.nextCursor).toBeNull();
    expect(all.find((member) => member.id === john.id)).toMatchObject({ ...john, roomRole: 'owner', source: 'manual' });
    expect((await fixture.call(john, `GET /api/rooms/${id}/members?cursor=x`)).status).toBe(400);
  });
});

describe('who writes in an announcement', () => {
  it('when a student of the course writes, answers NOT_A_WRITER; owners, staff and administrators write', async () => {
    const { body } = await rooms.createRoom(chen, { type: 'announcement', title: 'News', courseId });
    const { id } = body.chatRoom;
    expect((await rooms.send(chen, id, 'Welcome')).status).toBe(201);
    const refused = await rooms.send(john, id);
    expect(refusalOf(refused)).toEqual([403, 'MESSAGING_NOT_ALLOWED', 'NOT_A_WRITER']);
    const mine = (await fixture.call(john, `GET /api/rooms/${id}`)).body;
    expect([mine.me.canWrite, mine.me.source, mine.refusal.reason]).toEqual([false, 'audience', 'NOT_A_WRITER']);
    expect(mine.refusal.explanation).toMatch(/owners and staff/);
    expect((await fixture.call(chen, `POST /api/rooms/${id}/members`, { userIds: [admin.id] })).status).toBe(200);
    expect((await rooms.send(admin, id)).status).toBe(201);
  });
});
