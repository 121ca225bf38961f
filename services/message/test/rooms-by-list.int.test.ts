import type { PublicUser } from '@hallway/contracts';
import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toObjectId } from '../src/object-ids.ts';
import { withDirectory } from './directory-fixture.ts';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';
import { idsOf, refusalOf, withRooms } from './rooms-fixture.ts';

let fixture: MessageFixture;
let rooms: ReturnType<typeof withRooms>;
let directory: ReturnType<typeof withDirectory>;
let chen: PublicUser;
let assistant: PublicUser;
let john: PublicUser;
let sarah: PublicUser;
let courseId: string;

beforeAll(async () => {
  fixture = await startMessageFixture();
  rooms = withRooms(fixture);
  directory = withDirectory(fixture);
});
afterAll(async () => {
  directory?.close();
  await fixture?.stop();
});
beforeEach(async () => {
  const made = await rooms.course({ chen: 'instructor', assistant: 'ta', john: 'student', sarah: 'student' });
  ({ chen, assistant, john, sarah } = made.people as Record<'chen' | 'assistant' | 'john' | 'sarah', PublicUser>);
  courseId = made.id;
});

async function make(by: PublicUser, type: string, ...people: PublicUser[]): Promise<string> {
  const body = { type, title: 'Chosen', courseId, memberIds: people.map(({ id }) => id) };
  return (await rooms.createRoom(by, body)).body.chatRoom.id;
}
const mine = async (person: PublicUser, roomId: string) =>
  (await fixture.call(person, `GET /api/rooms/${roomId}`)).body.me;

describe('a room of a course that was made with a list of people', () => {
  it('when one of them drops the course, is closed to them on every door', async () => {
    const roomId = await make(chen, 'course', john, sarah);
    expect((await rooms.send(john, roomId)).status).toBe(201);
    await directory.enrol(courseId, john, 'dropped');
    const doors = async () => [
      (await rooms.read(john, roomId)).status,
      (await rooms.send(john, roomId)).status,
      (await fixture.call(john, `GET /api/rooms/${roomId}/members`)).status,
      (await fixture.call(john, `POST /api/rooms/${roomId}/read`, {})).status,
    ];
    await eventually(async () => expect(await doors()).toEqual([404, 404, 404, 404]));
    await eventually(async () => expect(await rooms.members(chen, roomId)).toEqual(idsOf(chen, sarah)));
    expect(await rooms.conversation(john, roomId)).toBeUndefined();
    expect((await rooms.send(sarah, roomId)).status).toBe(201);
  });

  it('when staff brought in somebody of no course, keeps them as a guest; who then joins the course leaves with it', async () => {
    const [guest, admin] = [await fixture.school.person('instructor'), await fixture.school.person('admin')];
    const roomId = await make(chen, 'course', john, guest, admin);
    await directory.enrol(courseId, john, 'dropped');
    await eventually(async () => expect(await rooms.members(chen, roomId)).toEqual(idsOf(chen, guest, admin)));
    expect((await rooms.send(guest, roomId)).status).toBe(201);
    expect((await rooms.read(admin, roomId)).status).toBe(200);
    const added = await fixture.call(admin, `POST /api/rooms/${roomId}/members`, { userIds: [john.id] });
    expect(added.body.added).toEqual([john.id]);
    expect((await rooms.read(john, roomId)).status).toBe(200);
    await directory.enrol(courseId, john, 'student');
    await eventually(async () => {
      const key = { roomId: toObjectId(roomId), userId: toObjectId(john.id) };
      expect((await fixture.connection.collection('memberships').findOne(key))?.guest).toBeUndefined();
    });
    await directory.enrol(courseId, john, 'dropped');
    await eventually(async () => expect((await rooms.read(john, roomId)).status).toBe(404));
  });

  it('when its owner assists in the course no longer, they manage and write nothing, and staff own it', async () => {
    const roomId = await make(assistant, 'announcement', chen, john);
    expect((await rooms.send(assistant, roomId)).status).toBe(201);
    await directory.enrol(courseId, assistant, 'student');
    const renamed = () => fixture.call(assistant, `PATCH /api/rooms/${roomId}`, { title: 'Mine' });
    await eventually(async () => expect(refusalOf(await renamed())).toEqual([403, 'FORBIDDEN', undefined]));
    expect(refusalOf(await rooms.send(assistant, roomId))).toEqual([403, 'MESSAGING_NOT_ALLOWED', 'NOT_A_WRITER']);
    await eventually(async () =>
      expect(await mine(chen, roomId)).toMatchObject({ roomRole: 'owner', canManage: true }),
    );
    expect(await mine(assistant, roomId)).toMatchObject({ roomRole: 'member', canManage: false, canWrite: false });
  });

  it('when an owner who follows the course becomes a student, the room is handed on as well', async () => {
    const { body } = await rooms.createRoom(assistant, { type: 'course', title: 'All', courseId });
    const roomId = body.chatRoom.id;
    await directory.enrol(courseId, assistant, 'student');
    await eventually(async () => expect((await mine(chen, roomId)).roomRole).toBe('owner'));
    expect(await mine(assistant, roomId)).toMatchObject({ roomRole: 'member', canManage: false, canWrite: true });
  });
});

describe('a clientRoomId that was used before', () => {
  it.each(['left', 'deleted'])('when the room of it was %s, answers NOT_FOUND and makes nothing', async (what) => {
    const body = { type: 'group', title: 'Secret', memberIds: [sarah.id], clientRoomId: `once-${what}-${john.id}` };
    const roomId = (await rooms.createRoom(john, body)).body.chatRoom.id;
    const door = what === 'left' ? `/api/rooms/${roomId}/members/${john.id}` : `/api/rooms/${roomId}`;
    expect((await fixture.call(john, `DELETE ${door}`)).status).toBe(204);
    const count = await fixture.connection.collection('rooms').countDocuments();
    expect(refusalOf(await rooms.createRoom(john, body))).toEqual([404, 'NOT_FOUND', undefined]);
    expect(await fixture.connection.collection('rooms').countDocuments()).toBe(count);
  });
});

describe('a room that is deleted', () => {
  it('when a membership was left behind in it, opens to nobody all the same', async () => {
    const roomId = await rooms.group(john, [sarah]);
    const memberships = fixture.connection.collection('memberships');
    const kept = await memberships.findOne({ roomId: toObjectId(roomId), userId: toObjectId(sarah.id) });
    expect((await fixture.call(john, `DELETE /api/rooms/${roomId}`)).status).toBe(204);
    await memberships.insertOne(kept!);
    expect((await rooms.read(sarah, roomId)).status).toBe(404);
    expect((await rooms.send(sarah, roomId)).status).toBe(404);
  });
});

describe('a send of somebody whose account was closed meanwhile', () => {
  it('when the token has not expired, answers SESSION_ENDED in direct rooms and groups alike', async () => {
    const opened = await fixture.call(john, 'POST /api/message/chat-room', { participantId: sarah.id });
    const group = await rooms.group(john, [sarah, chen]);
    await directory.deactivate(john);
    for (const roomId of [opened.body.chatRoom.id, group]) {
      await eventually(async () => {
        expect(refusalOf(await rooms.send(john, roomId))).toEqual([401, 'SESSION_ENDED', undefined]);
      });
    }
    expect(refusalOf(await fixture.call(john, `GET /api/rooms/${group}`))).toEqual([401, 'SESSION_ENDED', undefined]);
  });
});

describe('POST /api/message/chat-room with a course', () => {
  it('when neither of the two belongs to it, answers as for a course that does not exist', async () => {
    const foreign = await rooms.course({ okafor: 'instructor' });
    const answerTo = async (id: string) => {
      const { status, body } = await fixture.call(john, 'POST /api/message/chat-room', {
        participantId: sarah.id,
        courseId: id,
      });
      const { requestId: _, ...error } = body.error;
      return { status, error };
    };
    const answer = await answerTo(foreign.id);
    expect(answer).toMatchObject({ status: 400, error: { code: 'VALIDATION_FAILED' } });
    expect(await answerTo('f'.repeat(24))).toEqual(answer);
    const own = await fixture.call(john, 'POST /api/message/chat-room', { participantId: sarah.id, courseId });
    expect([own.status, own.body.chatRoom.courseId]).toEqual([201, courseId]);
  });
});
