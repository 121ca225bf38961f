import { type BusNames, createDirectoryChangeTail } from '@hallway/bus';
import type { DirectoryChange } from '@hallway/contracts';
import { type Log, waitForRedis } from '@hallway/platform';
import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { createChangePoller } from './change-poller.ts';

export interface DirectoryWatchOptions {
  connection: Connection;
  /** A connection of its own, of kind `blocking`; `stop` closes it. */
  redis: Redis;
  names: BusNames;
  log: Log;
}

export interface DirectorySubscriber {
  /** Must not throw. The same change may come twice, by stream and by poll. */
  onChanges: (changes: DirectoryChange[]) => void;
  /** Anything may have changed. */
  onGap: () => void;
  /** Every change written before this time of the process's monotonic clock has been told. */
  onConfirmed?: (at: number) => void;
}

/**
 * Tells of every change of people, courses and families: within a second by the stream, and within four by polling whatever
 * the stream lost.
 */
export function createDirectoryWatch({ connection, redis, names, log }: DirectoryWatchOptions) {
  const subscribers: DirectorySubscriber[] = [];
  const onChanges = (changes: DirectoryChange[]) => {
    for (const subscriber of subscribers) subscriber.onChanges(changes);
  };
  const onGap = () => {
    for (const subscriber of subscribers) subscriber.onGap();
  };
  const onConfirmed = (at: number) => {
    for (const subscriber of subscribers) subscriber.onConfirmed?.(at);
  };
  const tail = createDirectoryChangeTail({ redis, names, log, onChanges, onGap });
  const poller = createChangePoller({ connection, log, onChanges, onGap, onConfirmed });

  return {
    /** Before `start`, so that nothing is missed. */
    subscribe(subscriber: DirectorySubscriber): void {
      subscribers.push(subscriber);
    },
    /** Rejects when MongoDB or Redis is away. */
    async start(): Promise<void> {
      await waitForRedis(redis);
      await tail.start();
      await poller.start();
    },
    async stop(): Promise<void> {
      await Promise.all([tail.stop(), poller.stop()]);
    },
  };
}

export type DirectoryWatch = ReturnType<typeof createDirectoryWatch>;
