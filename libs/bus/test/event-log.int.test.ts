import { randomBytes, randomUUID } from 'node:crypto';
import type { DomainEvent } from '@hallway/contracts';
import { createRedis } from '@hallway/platform';
import { captureLog, eventually, useTestEngines } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  allPartitions,
  createBusNames,
  createEventLog,
  createEventTail,
  createTrimEvents,
  type EventBatch,
  eventStreamBytes,
  partitionOf,
} from '../src/index.ts';

const { redisUrl: url, redisPrefix } = useTestEngines();
const names = createBusNames(redisPrefix);
const { log } = captureLog();
const chatRoomId = randomBytes(12).toString('hex');
const partition = partitionOf(chatRoomId);
const stream = names.events(partition);
let redis: Redis;
let blocking: Redis;

beforeAll(async () => {
  redis = createRedis({ url, log, role: 'test', kind: 'commands' });
  blocking = createRedis({ url, log, role: 'test-blocking', kind: 'blocking' });
  await eventually(() => Promise.all([redis.ping(), blocking.ping()]));
});
beforeEach(() => redis.del(stream));
afterAll(() => {
  redis?.disconnect();
  blocking?.disconnect();
});

const event = (): DomainEvent =>
  ({
    ...{ id: randomUUID(), time: new Date().toISOString(), type: 'room.removed' },
    data: { chatRoomId, userIds: [] },
  }) as unknown as DomainEvent;

/** Writes entries of its own choice beside those of the event log. */
async function fill(
  count: number,
  { firstId = '*', size = 10 }: { firstId?: string; size?: number } = {},
): Promise<void> {
  const filling = redis.pipeline();
  for (let n = 0; n < count; n += 1) {
    const id = firstId === '*' ? '*' : `${firstId}-${n + 1}`;
    filling.xadd(stream, id, 'position', 0, 'header', '{"rooms":[],"users":[]}', 'events', 'x'.repeat(size));
  }
  await filling.exec();
}

const minutesAgo = (minutes: number) => String(Date.now() - minutes * 60_000);

describe('trimEvents', () => {
  const trimEvents = () => createTrimEvents({ redis, names })([partition]);

  it('when entries are older than a quarter of an hour, takes them off and leaves the younger ones', async () => {
    await fill(1000, { firstId: minutesAgo(16) });
    await fill(50, { firstId: minutesAgo(14) });
    await trimEvents();
    // Whole nodes of at most a hundred entries go at once.
    expect(await redis.xlen(stream)).toBeLessThan(50 + 100);
    expect(await redis.xlen(stream)).toBeGreaterThanOrEqual(50);
  });

  it('when a stream takes too much memory, takes the oldest off', async () => {
    await fill(30, { size: 1024 * 1024 });
    const [[newest] = ['']] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1);
    await trimEvents();
    expect(await redis.memory('USAGE', stream)).toBeLessThanOrEqual(eventStreamBytes);
    expect(await redis.xlen(stream)).toBeGreaterThan(10);
    expect((await redis.xinfo('STREAM', stream)) as unknown[]).toContain(newest);
  });

  it('when there is no stream, does nothing', async () => {
    await trimEvents();
    expect(await redis.exists(stream)).toBe(0);
  });
});

describe('the length of an event stream', () => {
  it('when there are too many entries, is cut as the next is written', async () => {
    await fill(20_500);
    await createEventLog({ redis, names })([event()]);
    expect(await redis.xlen(stream)).toBeLessThan(20_000 + 100);
  });
});

describe('a tail behind what was trimmed', () => {
  it('when entries went that it had not read, says that something may be lost, and goes on', async () => {
    const append = createEventLog({ redis, names });
    const lost: number[] = [];
    const batches: EventBatch[] = [];
    await append([event()]);
    const tail = createEventTail({
      ...{ blocking, names, log },
      onBatch: (batch) => void batches.push(batch),
      onLost: (partitions) => void lost.push(...partitions),
    });
    await tail.start();
    await append([event()]);
    await eventually(() => expect(batches).toHaveLength(1));
    expect(lost).toEqual([]);
    // In one transaction, so that the tail sees the stream when the first of the two is gone already.
    const position = Number(await redis.get(names.eventPosition(partition)));
    const fieldsAt = (at: number) => ['position', at, 'header', '{"rooms":[],"users":[]}', 'events', '[]'] as const;
    await redis
      .multi()
      .xadd(stream, '*', ...fieldsAt(position + 1))
      .xadd(stream, '*', ...fieldsAt(position + 2))
      .xtrim(stream, 'MAXLEN', 1)
      .set(names.eventPosition(partition), position + 2)
      .exec();
    await eventually(() => expect({ lost, read: batches.length }).toEqual({ lost: allPartitions, read: 2 }));
    await append([event()]);
    await eventually(() => expect(batches).toHaveLength(3));
    expect(lost).toEqual(allPartitions);
    await tail.stop();
  });
});

describe('a tail of a Redis that came back without its latest entries', () => {
  it('when numbers come again that it has read before, says once that something may be lost', async () => {
    const append = createEventLog({ redis, names });
    const own = createRedis({ url, log, role: 'test-cut', kind: 'blocking' });
    await eventually(() => own.ping());
    const connection = await own.client('ID');
    let losses = 0;
    const batches: EventBatch[] = [];
    for (let n = 0; n < 3; n += 1) await append([event()]);
    const tail = createEventTail({
      ...{ blocking: own, names, log },
      onBatch: (batch) => void batches.push(batch),
      onLost: () => {
        losses += 1;
      },
    });
    await tail.start();
    await append([event()]);
    await eventually(() => expect(batches).toHaveLength(1));
    const latest = (await redis.xrevrange(stream, '+', '-', 'COUNT', 2)).map(([entryId]) => entryId);
    const goingBack = redis
      .multi()
      .xdel(stream, ...latest)
      .decrby(names.eventPosition(partition), latest.length);
    await goingBack.call('CLIENT', 'KILL', 'ID', connection).exec();
    await eventually(() => expect(losses).toBe(1));
    for (let n = 0; n < 5; n += 1) await append([event()]);
    await eventually(() => expect(batches).toHaveLength(6));
    expect(losses).toBe(1);
    // And notices the next loss.
    await redis.incr(names.eventPosition(partition));
    await append([event()]);
    await eventually(() => expect(losses).toBe(2));
    await tail.stop();
    own.disconnect();
  });
});
