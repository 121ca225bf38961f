import type { Redis } from 'ioredis';
import type { StreamEntry } from './consumer-groups.ts';
import { allPartitions, type BusNames } from './names.ts';

export interface PartitionLag {
  partition: number;
  /** Commands that are not finished, whether somebody works on them or not. */
  waiting: number;
  /** 0 when none waits. */
  oldestAgeSeconds: number;
}

interface PartitionLagOptions {
  redis: Redis;
  names: BusNames;
  now?: () => number;
}

/**
 * Measures how far the owner of each partition lags behind. Finished commands leave their stream, so that the first entry is
 * the oldest that waits, and its id begins with the time of Redis in milliseconds. Clocks may differ: never below 0.
 */
export function createPartitionLag({ redis, names, now = Date.now }: PartitionLagOptions) {
  return function measurePartitionLag(): Promise<PartitionLag[]> {
    return Promise.all(
      allPartitions.map(async (partition) => {
        const stream = names.commands(partition);
        const waiting = await redis.xlen(stream);
        if (waiting === 0) return { partition, waiting, oldestAgeSeconds: 0 };
        const [oldest] = (await redis.xrange(stream, '-', '+', 'COUNT', 1)) as StreamEntry[];
        const addedAt = oldest ? Number(oldest[0].split('-')[0]) : now();
        return { partition, waiting, oldestAgeSeconds: Math.max(0, now() - addedAt) / 1000 };
      }),
    );
  };
}
