import { createSharedBuckets } from '@hallway/bus';
import { createRedis, waitForRedis } from '@hallway/platform';
import { captureLog, eventually, startOwnRedis } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Campus, startCampus } from './campus.ts';
import { randomId } from './random-id.ts';

let campus: Campus;

beforeAll(async () => {
  campus = await startCampus({ gateways: 2 });
});
afterAll(() => campus.stop());

describe('sends of one person', () => {
  it('when they come through two gateways at once, are stored as one limit allows', async () => {
    const person = campus.person();
    const chatRoomId = campus.messages.addRoom([person.id], 'group');
    const sockets = await Promise.all(campus.gateways.map((gateway) => campus.connect(person, { gateway })));
    const began = Date.now();
    const answers = await Promise.all(
      Array.from({ length: 180 }, (_, n) => ask(sockets[n % 2]!, 'sendMessage', { chatRoomId, content: `${n}` })),
    );
    const seconds = (Date.now() - began) / 1000;
    const stored = campus.messages.rooms.get(chatRoomId)!.messages.length;
    expect(stored).toBe(answers.filter(({ ok }) => ok).length);
    expect(stored).toBeGreaterThanOrEqual(50);
    expect(stored).toBeLessThanOrEqual(Math.ceil(50 + 20 * seconds));
    const refused = answers.filter(({ ok }) => !ok);
    for (const { error } of refused) expect(error).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
    expect(refused.every(({ error }) => error.retryAfterMs > 0)).toBe(true);
  });

  it('when one person has used theirs up, leaves another’s alone, and lets the first go on in time', async () => {
    const [busy, calm] = [campus.person(), campus.person()];
    const chatRoomId = campus.messages.addRoom([busy.id, calm.id], 'group');
    const busySocket = await campus.connect(busy, { gateway: campus.gateways[0]! });
    const busyTab = await campus.connect(busy, { gateway: campus.gateways[1]! });
    const calmSocket = await campus.connect(calm, { gateway: campus.gateways[1]! });
    const send = (socket: typeof busyTab) => ask(socket, 'sendMessage', { chatRoomId, content: 'x' });
    const flood = Promise.all(Array.from({ length: 90 }, () => send(busySocket)));
    const [answers, calmAnswer] = await Promise.all([flood, send(calmSocket)]);
    expect(answers.some(({ ok }) => !ok)).toBe(true);
    expect(calmAnswer).toMatchObject({ ok: true });
    await eventually(async () => expect(await send(busyTab)).toMatchObject({ ok: true }));
  });
});

describe('createSharedBuckets', () => {
  it('when a bucket is used up, says how long until the next, and keeps no key of a full one', async () => {
    const { redis, names } = campus.messages;
    const buckets = createSharedBuckets({ redis, names, burst: 3, perSecond: 5 });
    const userId = randomId();
    const takes = await Promise.all(Array.from({ length: 4 }, () => buckets.take(userId)));
    expect(takes.slice(0, 3)).toEqual([0, 0, 0]);
    expect(takes[3]).toBeGreaterThan(0);
    expect(takes[3]).toBeLessThanOrEqual(200);
    await eventually(async () => expect(await buckets.take(userId)).toBe(0));
    await eventually(async () => expect(await redis.exists(names.sendBucket(userId))).toBe(0));
  });

  it('while Redis is away, grants, and counts again when it is back', async () => {
    const own = await startOwnRedis();
    const redis = createRedis({ url: own.url, log: captureLog().log, role: 'test-buckets', kind: 'commands' });
    try {
      await waitForRedis(redis);
      const buckets = createSharedBuckets({ redis, names: campus.messages.names, burst: 1, perSecond: 1 });
      const userId = randomId();
      expect(await buckets.take(userId)).toBe(0);
      expect(await buckets.take(userId)).toBeGreaterThan(0);
      await own.kill();
      expect(await buckets.take(userId)).toBe(0);
      await own.start();
      await waitForRedis(redis);
      await buckets.take(userId);
      expect(await buckets.take(userId)).toBeGreaterThan(0);
    } finally {
      redis.disconnect();
      await own.remove();
    }
  });
});
