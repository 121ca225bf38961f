import type { PublicUser } from '@hallway/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';
import { openAsk } from './open-ask.ts';
import { withRooms } from './rooms-fixture.ts';

let fixture: MessageFixture;
let rooms: ReturnType<typeof withRooms>;
let gateway: Awaited<ReturnType<typeof openAsk>>;

beforeAll(async () => {
  fixture = await startMessageFixture();
  rooms = withRooms(fixture);
  gateway = await openAsk(fixture);
});
afterAll(async () => {
  gateway?.close();
  await fixture?.stop();
});

describe('rooms.resume after changes', () => {
  it('when messages were edited and deleted meanwhile, brings them to those who may see them', async () => {
    const { people } = await rooms.course({ john: 'student', sarah: 'student', mike: 'student' });
    const { john, sarah, mike } = people as Record<'john' | 'sarah' | 'mike', PublicUser>;
    const room = await rooms.group(john, [sarah], { historyFrom: 'joined' });
    const sent = [];
    for (const content of ['one', 'two']) sent.push((await rooms.send(john, room, content)).body.message);
    await fixture.call(john, `POST /api/rooms/${room}/members`, { userIds: [mike.id] });
    sent.push((await rooms.send(john, room, 'three')).body.message);
    const resume = (person: PublicUser, changedSince?: string) =>
      gateway.ask('rooms.resume', {
        userId: person.id,
        rooms: { [room]: 3 },
        ...(changedSince ? { changedSince } : {}),
      });
    const before = await resume(sarah);
    expect(before.rooms[room]).not.toHaveProperty('changed');
    expect((await resume(sarah, before.asOf)).rooms[room]).not.toHaveProperty('changed');

    const edited = await fixture.call(john, `PATCH /api/message/message/${sent[0].id}`, { content: 'ONE' });
    const deleted = await fixture.call(john, `DELETE /api/message/message/${sent[2].id}`);
    const after = await resume(sarah, before.asOf);
    const changed = after.rooms[room]?.changed?.toSorted((a, b) => a.seq - b.seq);
    expect(changed).toEqual([edited.body.message, deleted.body.message]);
    expect((await resume(mike, before.asOf)).rooms[room]?.changed).toEqual([deleted.body.message]);
    expect((await resume(sarah)).rooms[room]).not.toHaveProperty('changed');
  });
});
