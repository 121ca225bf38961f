import type { PublicUser } from '@hallway/contracts';
import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withDirectory } from './directory-fixture.ts';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';
import { idsOf, refusalOf, withRooms } from './rooms-fixture.ts';

let fixture: MessageFixture;
let rooms: ReturnType<typeof withRooms>;
let directory: ReturnType<typeof withDirectory>;
let chen: PublicUser;
let tom: PublicUser;
let maya: PublicUser;
let sarah: PublicUser;

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
  const made = await rooms.course({ chen: 'instructor', tom: 'student', maya: 'student', sarah: 'student' });
  ({ chen, tom, maya, sarah } = made.people as Record<'chen' | 'tom' | 'maya' | 'sarah', PublicUser>);
});

const refused = (reason: string) => [403, 'MESSAGING_NOT_ALLOWED', reason];
const invite = (by: PublicUser, roomId: string, ...people: PublicUser[]) =>
  fixture.call(by, `POST /api/rooms/${roomId}/members`, { userIds: people.map(({ id }) => id) });

describe('a group of two people', () => {
  it('when one blocks the other, is closed to what either would write or edit, and stays readable', async () => {
    const roomId = await rooms.group(tom, [maya]);
    const sent = await rooms.send(tom, roomId, 'before');
    await directory.block(maya, tom);
    await eventually(async () => expect(refusalOf(await rooms.send(tom, roomId))).toEqual(refused('NOT_RELATED')));
    expect(refusalOf(await rooms.send(maya, roomId))).toEqual(refused('BLOCKED'));
    const edit = await fixture.call(tom, `PATCH /api/message/message/${sent.body.message.id}`, { content: 'after' });
    expect(refusalOf(edit)).toEqual(refused('NOT_RELATED'));
    const mine = (await fixture.call(tom, `GET /api/rooms/${roomId}`)).body;
    expect([mine.me.canWrite, mine.refusal.reason]).toEqual([false, 'NOT_RELATED']);
    expect((await rooms.read(maya, roomId)).body.messages.map((one: { content: string }) => one.content)).toEqual([
      'before',
    ]);
  });

  it('when a guardianship was all that tied them, is closed when it ends', async () => {
    const parent = await fixture.school.person('parent');
    await fixture.school.guardian(parent.id, tom.id);
    const roomId = await rooms.group(parent, [tom]);
    expect((await rooms.send(tom, roomId)).status).toBe(201);
    await directory.endGuardianship(parent, tom);
    await eventually(async () => expect(refusalOf(await rooms.send(parent, roomId))).toEqual(refused('NOT_RELATED')));
    expect(refusalOf(await rooms.send(tom, roomId))).toEqual(refused('NOT_RELATED'));
  });

  it('when it was larger and others have left, is a conversation of the two who stay', async () => {
    const roomId = await rooms.group(tom, [maya, sarah]);
    await directory.block(maya, tom);
    expect((await rooms.send(tom, roomId)).status).toBe(201);
    await fixture.call(sarah, `DELETE /api/rooms/${roomId}/members/${sarah.id}`);
    await eventually(async () => expect(refusalOf(await rooms.send(tom, roomId))).toEqual(refused('NOT_RELATED')));
  });

  it('when the other account is closed, can be written in', async () => {
    const roomId = await rooms.group(tom, [maya]);
    await directory.deactivate(maya);
    await eventually(async () => {
      const answer = await rooms.createRoom(tom, { type: 'group', title: 'X', memberIds: [maya.id] });
      expect(refusalOf(answer)).toEqual([404, 'RECIPIENT_NOT_FOUND', undefined]);
    });
    expect((await rooms.send(tom, roomId)).status).toBe(201);
  });
});

describe('bringing people into a group', () => {
  it('when one of them blocked another, refuses both ways without a word of the block', async () => {
    await directory.block(maya, tom);
    for (const memberIds of [idsOf(tom, maya), idsOf(tom, maya).reverse()]) {
      const answer = await rooms.createRoom(sarah, { type: 'group', title: 'Us', memberIds });
      expect(refusalOf(answer)).toEqual(refused('NOT_RELATED'));
      expect(JSON.stringify(answer.body)).not.toMatch(/block/i);
    }
    const roomId = await rooms.group(sarah, [tom]);
    expect(refusalOf(await invite(sarah, roomId, maya))).toEqual(refused('NOT_RELATED'));
    const other = await rooms.group(sarah, [maya]);
    expect(refusalOf(await invite(sarah, other, tom))).toEqual(refused('NOT_RELATED'));
    expect((await invite(sarah, other, chen)).status).toBe(200);
  });

  it('when somebody blocked a member and left, does not bring them back', async () => {
    const roomId = await rooms.group(sarah, [tom, maya]);
    await directory.block(maya, tom);
    await fixture.call(maya, `DELETE /api/rooms/${roomId}/members/${maya.id}`);
    expect(refusalOf(await invite(sarah, roomId, maya))).toEqual(refused('NOT_RELATED'));
    expect(await rooms.members(sarah, roomId)).toEqual(idsOf(sarah, tom));
  });

  it('when the block keeps nobody apart, because one is there for the other as staff, lets them in', async () => {
    await directory.block(tom, chen);
    expect((await rooms.createRoom(sarah, { type: 'group', title: 'X', memberIds: idsOf(tom, chen) })).status).toBe(
      201,
    );
  });
});
