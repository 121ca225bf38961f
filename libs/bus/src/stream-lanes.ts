import { isCluster, openOnSameCluster, waitForRedis } from '@hallway/platform';
import type { Redis } from 'ioredis';

/** Streams that one command can read together, and the connection that blocks on them and on nothing else. */
export interface StreamLane {
  redis: Redis;
  streams: readonly string[];
  /**
   * Waits for a read, one at a time, and rejects once the lane is closed. A Cluster client that hears where a slot has moved
   * while it closes (`MOVED`, after `disconnect`) keeps the command for a connection that never comes, and answers nothing.
   */
  untilClosed: <T>(read: Promise<T>) => Promise<T>;
  close: () => void;
}

function createLane(redis: Redis, streams: readonly string[]): StreamLane {
  let giveUp: (reason: Error) => void = () => undefined;
  return {
    redis,
    streams,
    untilClosed: (read) =>
      new Promise((resolve, reject) => {
        giveUp = reject;
        read.then(resolve, reject);
      }),
    close(): void {
      redis.disconnect();
      giveUp(new Error('the stream is read no more'));
    },
  };
}

/**
 * The ways on which streams are read. One Redis reads all of them with one command on `blocking`. A Cluster reads those of one
 * slot together, even where a node owns several, and a connection blocks on one command at a time: each slot gets a client of
 * its own there, which ends with `blocking`.
 */
export function openStreamLanes(blocking: Redis, streams: readonly string[]): StreamLane[] {
  if (!isCluster(blocking)) return [createLane(blocking, streams)];
  const bySlot = [...Map.groupBy(streams, hashTagOf).values()];
  const lanes = bySlot.map((together, index) =>
    createLane(index === 0 ? blocking : openOnSameCluster(blocking), together),
  );
  blocking.once('end', () => closeLanes(lanes));
  return lanes;
}

export function closeLanes(lanes: StreamLane[]): void {
  for (const lane of lanes) lane.close();
}

/** Resolves when every lane can be read, rejects when one cannot in time. */
export async function waitForLanes(lanes: StreamLane[]): Promise<void> {
  await Promise.all(lanes.map(({ redis }) => waitForRedis(redis)));
}

/** What decides on the slot: the text in the first braces, or all of it. */
function hashTagOf(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key;
}
