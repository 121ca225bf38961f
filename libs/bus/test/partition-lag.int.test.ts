import { createRedis } from '@hallway/platform';
import { captureLog, eventually, useTestEngines } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allPartitions, createBusNames, createPartitionLag } from '../src/index.ts';

const { redisUrl: url, redisPrefix } = useTestEngines();
const names = createBusNames(redisPrefix);
let redis: Redis;

beforeAll(async () => {
  redis = createRedis({ url, log: captureLog().log, role: 'test', kind: 'commands' });
  await eventually(() => redis.ping());
});
afterAll(() => redis?.disconnect());

describe('measurePartitionLag', () => {
  it('when commands wait, tells how many of each partition, and for how long the oldest has', async () => {
    const added = 1_800_000_000_000;
    const measure = createPartitionLag({ redis, names, now: () => added + 12_500 });
    await redis.xadd(names.commands(3), `${added}-0`, 'command', '{}');
    await redis.xadd(names.commands(3), `${added + 9000}-0`, 'command', '{}');
    const lags = await measure();
    expect(lags.map(({ partition }) => partition)).toEqual(allPartitions);
    expect(lags[3]).toEqual({ partition: 3, waiting: 2, oldestAgeSeconds: 12.5 });
    expect(
      lags
        .filter(({ partition }) => partition !== 3)
        .every(({ waiting, oldestAgeSeconds }) => waiting + oldestAgeSeconds === 0),
    ).toBe(true);
    await redis.xdel(names.commands(3), `${added}-0`);
    expect((await measure())[3]).toEqual({ partition: 3, waiting: 1, oldestAgeSeconds: 3.5 });
  });

  it('when the clock of Redis is ahead, never says less than nothing', async () => {
    const measure = createPartitionLag({ redis, names, now: () => 0 });
    await redis.xadd(names.commands(4), '*', 'command', '{}');
    expect((await measure())[4]).toEqual({ partition: 4, waiting: 1, oldestAgeSeconds: 0 });
  });
});
