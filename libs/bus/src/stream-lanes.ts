import { isCluster, openOnSameCluster, waitForRedis } from '@hallway/platform';
import type { Redis } from 'ioredis';

/** Streams that one command can read together, and the connection that blocks on them and on nothing else. */
export interface StreamLane {
  redis: Redis;
  streams: readonly string[];
}

/**
 * The ways on which streams are read. One Redis reads all of them with one command on `blocking`. A Cluster reads those of one
 * slot together, even where a node owns several, and a connection blocks on one command at a time: each slot gets a client of
 * its own there, which ends with `blocking`.
 */
export function openStreamLanes(blocking: Redis, streams: readonly string[]): StreamLane[] {
  if (!isCluster(blocking)) return [{ redis: blocking, streams }];
  const bySlot = [...Map.groupBy(streams, hashTagOf).values()];
  const lanes = bySlot.map((together, index) => ({
    redis: index === 0 ? blocking : openOnSameCluster(blocking),
    streams: together,
  }));
  blocking.once('end', () => closeLanes(lanes));
  return lanes;
}

export function closeLanes(lanes: StreamLane[]): void {
  for (const { redis } of lanes) redis.disconnect();
}

/** Resolves when every lane can be read, rejects when one cannot in time. */
export async function waitForLanes(lanes: StreamLane[]): Promise<void> {
  await Promise.all(lanes.map(({ redis }) => waitForRedis(redis)));
}

/** What decides on the slot: the text in the first braces, or all of it. */
function hashTagOf(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key;
}
