import { createPresenceLease } from '@hallway/bus';
import { AppError } from '@hallway/platform';
import { eventually } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Campus, heardOf, settle, startCampus } from './campus.ts';
import { randomId } from './random-id.ts';

let campus: Campus;

beforeAll(async () => {
  campus = await startCampus({ gateways: 2 });
});
afterAll(() => campus.stop());

async function roomOfThree() {
  const [typist, near, far] = [campus.person(), campus.person(), campus.person()];
  const chatRoomId = campus.messages.addRoom([typist.id, near.id, far.id], 'group');
  const [here, there] = [campus.gateways[0]!, campus.gateways[1]!];
  const sockets = {
    typist: await campus.connect(typist, { gateway: here }),
    typistTab: await campus.connect(typist, { gateway: there }),
    near: await campus.connect(near, { gateway: here }),
    far: await campus.connect(far, { gateway: there }),
  };
  for (const socket of Object.values(sockets)) await ask(socket, 'joinRoom', chatRoomId);
  return { ...sockets, typistId: typist.id, chatRoomId };
}

describe('typing', () => {
  it('reaches the others who joined, on both gateways, and none of the typist’s own tabs', async () => {
    const { typist, typistTab, near, far, typistId, chatRoomId } = await roomOfThree();
    expect(await ask(typist, 'typing', { chatRoomId })).toEqual({ ok: true });
    const signal = { chatRoomId, userId: typistId, isTyping: true };
    await eventually(() => expect(heardOf(near, 'typing')).toEqual([signal]));
    await eventually(() => expect(heardOf(far, 'typing')).toEqual([signal]));
    await settle(typistTab);
    expect(heardOf(typist, 'typing')).toEqual([]);
    expect(heardOf(typistTab, 'typing')).toEqual([]);
  });

  it('when it is said often, is relayed once a second, while its end is relayed always', async () => {
    const { typist, far, chatRoomId } = await roomOfThree();
    for (const isTyping of [true, true, true, false, true, false]) {
      expect(await ask(typist, 'typing', { chatRoomId, isTyping })).toEqual({ ok: true });
    }
    await eventually(() => expect(heardOf(far, 'typing')).toHaveLength(3));
    await settle(far);
    expect(heardOf(far, 'typing').map(({ isTyping }) => isTyping)).toEqual([true, false, false]);
    await eventually(async () => {
      await ask(typist, 'typing', { chatRoomId });
      expect(heardOf(far, 'typing').map(({ isTyping }) => isTyping)).toEqual([true, false, false, true]);
    });
  });

  it('when more than a hundred have the room open, is silent, and begins again when some have left', async () => {
    const people = Array.from({ length: 102 }, () => campus.person());
    const chatRoomId = campus.messages.addRoom(
      people.map(({ id }) => id),
      'course',
    );
    const sockets = await Promise.all(people.map((person) => campus.connect(person)));
    await Promise.all(sockets.map((socket) => ask(socket, 'joinRoom', chatRoomId)));
    expect(await ask(sockets[0]!, 'typing', { chatRoomId })).toEqual({ ok: true });
    await settle(sockets[1]!);
    expect(heardOf(sockets[1]!, 'typing')).toEqual([]);
    await Promise.all(sockets.slice(20).map((socket) => ask(socket, 'leaveRoom', chatRoomId)));
    await ask(sockets[0]!, 'typing', { chatRoomId });
    await eventually(() => expect(heardOf(sockets[1]!, 'typing')).toHaveLength(1));
  }, 20_000);

  it('between two who may not message each other, is refused as a send is, and nobody sees it', async () => {
    const [typist, other] = [campus.person(), campus.person()];
    const chatRoomId = campus.messages.addRoom([typist.id, other.id]);
    const [socket, theirs] = [await campus.connect(typist), await campus.connect(other)];
    for (const one of [socket, theirs]) await ask(one, 'joinRoom', chatRoomId);
    campus.messages.strangers.add(typist.id);
    for (const isTyping of [true, false]) {
      const answer = await ask(socket, 'typing', { chatRoomId, isTyping });
      expect(answer).toMatchObject({ error: { code: 'MESSAGING_NOT_ALLOWED', details: { reason: 'NOT_RELATED' } } });
    }
    await settle(theirs);
    expect(heardOf(theirs, 'typing')).toEqual([]);
  });

  it('in another’s name, is FORBIDDEN; in a room that is not open, NOT_FOUND', async () => {
    const { typist, far, chatRoomId } = await roomOfThree();
    const forged = await ask(typist, 'typing', { chatRoomId, userId: randomId() });
    expect(forged).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    await ask(typist, 'leaveRoom', chatRoomId);
    expect(await ask(typist, 'typing', { chatRoomId })).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    const malformed = await ask(typist, 'typing', { chatRoomId, isTyping: 'yes' });
    expect(malformed).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
    await settle(far);
    expect(heardOf(far, 'typing')).toEqual([]);
  });
});

describe('watchPresence', () => {
  it('answers who is online on any gateway and tells of coming and going', async () => {
    const watcher = await campus.connect(campus.person(), { gateway: campus.gateways[0]! });
    const [here, later] = [campus.person(), campus.person()];
    const hereSocket = await campus.connect(here, { gateway: campus.gateways[1]! });
    const answer = await ask(watcher, 'watchPresence', { userIds: [here.id, later.id] });
    expect(answer).toEqual({ ok: true, online: [here.id] });
    await campus.connect(later, { gateway: campus.gateways[1]! });
    const came = { userId: later.id, online: true, lastSeenAt: null };
    await eventually(() => expect(heardOf(watcher, 'presence')).toEqual([came]));
    hereSocket.disconnect();
    const left = { userId: here.id, online: false, lastSeenAt: expect.any(String) };
    await eventually(() => expect(heardOf(watcher, 'presence')).toEqual([came, left]));
  });

  it('when a person reloads, tells nothing, also where they come back to the other gateway', async () => {
    const watcher = await campus.connect(campus.person(), { gateway: campus.gateways[0]! });
    const [person, marker] = [campus.person(), campus.person()];
    const before = await campus.connect(person, { gateway: campus.gateways[0]! });
    const markerSocket = await campus.connect(marker, { gateway: campus.gateways[0]! });
    await ask(watcher, 'watchPresence', { userIds: [person.id, marker.id] });
    before.disconnect();
    await campus.connect(person, { gateway: campus.gateways[1]! });
    // Whoever leaves after the reload is announced after it would have been.
    markerSocket.disconnect();
    await eventually(() => expect(heardOf(watcher, 'presence').at(-1)).toMatchObject({ userId: marker.id }));
    expect(heardOf(watcher, 'presence').filter(({ userId }) => userId === person.id)).toEqual([]);
    expect(await ask(watcher, 'watchPresence', { userIds: [person.id] })).toEqual({ ok: true, online: [person.id] });
  });

  it('when one of several sockets goes, the person stays online', async () => {
    const watcher = await campus.connect(campus.person());
    const [person, marker] = [campus.person(), campus.person()];
    const tab = await campus.connect(person, { gateway: campus.gateways[0]! });
    await campus.connect(person, { gateway: campus.gateways[1]! });
    const markerSocket = await campus.connect(marker, { gateway: campus.gateways[0]! });
    await ask(watcher, 'watchPresence', { userIds: [person.id, marker.id] });
    tab.disconnect();
    markerSocket.disconnect();
    await eventually(() => expect(heardOf(watcher, 'presence').at(-1)).toMatchObject({ userId: marker.id }));
    expect(heardOf(watcher, 'presence').filter(({ userId }) => userId === person.id)).toEqual([]);
  });

  it('replaces the last watch and leaves out whom the caller may not message', async () => {
    const watcher = await campus.connect(campus.person());
    const [first, second, stranger] = [campus.person(), campus.person(), campus.person()];
    campus.messages.strangers.add(stranger.id);
    await campus.connect(stranger);
    await ask(watcher, 'watchPresence', { userIds: [first.id] });
    const answer = await ask(watcher, 'watchPresence', { userIds: [second.id, stranger.id] });
    expect(answer).toEqual({ ok: true, online: [] });
    await campus.connect(first);
    await campus.connect(second);
    await eventually(() => expect(heardOf(watcher, 'presence')).toHaveLength(1));
    expect(heardOf(watcher, 'presence')[0]).toMatchObject({ userId: second.id });
  });

  it('when somebody who is watched may no longer be messaged, says nothing more of them, on either gateway', async () => {
    const [person, marker] = [campus.person(), campus.person()];
    const [here, there] = [campus.gateways[0]!, campus.gateways[1]!];
    const watchers = [
      await campus.connect(campus.person(), { gateway: here }),
      await campus.connect(campus.person(), { gateway: there }),
    ];
    for (const watcher of watchers) await ask(watcher, 'watchPresence', { userIds: [person.id, marker.id] });
    const first = await campus.connect(person);
    for (const watcher of watchers) {
      await eventually(() => expect(heardOf(watcher, 'presence')).toMatchObject([{ userId: person.id, online: true }]));
    }
    campus.messages.strangers.add(person.id);
    // What was asked a moment ago is remembered for less than a second.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    first.disconnect();
    const { redis, names } = campus.messages;
    await eventually(async () => expect(await redis.get(names.lastSeen(person.id))).not.toBeNull());
    await campus.connect(marker);
    for (const watcher of watchers) {
      await eventually(() => expect(heardOf(watcher, 'presence').at(-1)).toMatchObject({ userId: marker.id }));
      expect(heardOf(watcher, 'presence').filter(({ userId }) => userId === person.id)).toHaveLength(1);
    }
  });

  it('when nobody says who may know, is told as soon as somebody does', async () => {
    const watcher = await campus.connect(campus.person());
    const person = campus.person();
    await ask(watcher, 'watchPresence', { userIds: [person.id] });
    let asked = 0;
    campus.messages.holdAnswers(async (name) => {
      if (name !== 'people.pairs') return;
      asked += 1;
      if (asked === 1) throw new AppError({ code: 'TEMPORARILY_UNAVAILABLE' });
    });
    await campus.connect(person);
    await eventually(() => expect(heardOf(watcher, 'presence')).toMatchObject([{ userId: person.id, online: true }]));
    expect(asked).toBe(2);
    campus.messages.holdAnswers(async () => undefined);
  });

  it('with more than 200 people, or none at all, answers VALIDATION_FAILED', async () => {
    const watcher = await campus.connect(campus.person());
    const userIds = Array.from({ length: 201 }, randomId);
    expect(await ask(watcher, 'watchPresence', { userIds })).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
    expect(await ask(watcher, 'watchPresence', {})).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
  });
});

describe('a gateway that was killed', () => {
  it('when its lease ends, its people are offline but for those who are connected elsewhere', async () => {
    const { redis, names } = campus.messages;
    const [lost, returned] = [campus.person(), campus.person()];
    const gateway = `killed-${randomId()}`;
    const lease = createPresenceLease({ redis, names, gateway });
    await lease.renew(
      new Map([
        [lost.id, 1],
        [returned.id, 2],
      ]),
    );
    const watcher = await campus.connect(campus.person());
    const answer = await ask(watcher, 'watchPresence', { userIds: [lost.id, returned.id] });
    expect(answer.online.toSorted()).toEqual([lost.id, returned.id].toSorted());
    await campus.connect(returned, { gateway: campus.gateways[1]! });
    // As if the time had passed: nobody renews it any more.
    await redis.zadd(names.gateways, 1, gateway);
    const gone = { userId: lost.id, online: false, lastSeenAt: expect.any(String) };
    await eventually(() => expect(heardOf(watcher, 'presence')).toEqual([gone]), { withinMs: 10_000 });
    expect(campus.lines.map(({ message }) => message)).toContain('a gateway died and its people are looked after');
    const again = await ask(watcher, 'watchPresence', { userIds: [lost.id, returned.id] });
    expect(again.online).toEqual([returned.id]);
  });
});

describe('a gateway that stopped in order', () => {
  it('when its lease ends, its people are looked after, and nobody says that it died', async () => {
    const { redis, names } = campus.messages;
    const leaving = await campus.startGateway();
    const before = await redis.zrange(names.gateways, 0, '-1');
    const person = campus.person();
    const watcher = await campus.connect(campus.person());
    await campus.connect(person, { gateway: leaving });
    expect((await ask(watcher, 'watchPresence', { userIds: [person.id] })).online).toEqual([person.id]);
    const [gateway] = await gatewaysOf(person.id, before);
    await leaving.stop();
    expect(await redis.smembers(names.gatewaysLeft)).toEqual([gateway]);
    const logged = campus.lines.length;
    // As if the time had passed.
    await redis.zadd(names.gateways, 1, gateway ?? '');
    const gone = { userId: person.id, online: false, lastSeenAt: expect.any(String) };
    await eventually(() => expect(heardOf(watcher, 'presence')).toEqual([gone]), { withinMs: 10_000 });
    const said = campus.lines.slice(logged).map(({ message }) => message);
    expect(said).toContain('a gateway stopped and its people are looked after');
    expect(said).not.toContain('a gateway died and its people are looked after');
    expect(await redis.smembers(names.gatewaysLeft)).toEqual([]);
  });
});

/** The gateways among these that list a person. */
async function gatewaysOf(userId: string, gateways: string[]): Promise<string[]> {
  const { redis, names } = campus.messages;
  const listed = await Promise.all(gateways.map((gateway) => redis.hexists(names.gatewayPeople(gateway), userId)));
  return gateways.filter((_, index) => listed[index] === 1);
}
