import { Redis, type RedisOptions } from 'ioredis';
import type { Log } from './log.ts';

export interface RedisClientOptions {
  url: string;
  log: Log;
  /** What the connection is for, in the log and in `CLIENT LIST`. */
  role: string;
  /**
   * `commands` fail fast while Redis is away and travel together when issued in one tick; `blocking` waits for Redis, for
   * loops that block on a stream; `subscriber` waits too and subscribes again by itself; `producer` adds jobs and fails fast;
   * `queue` is what BullMQ asks for its workers. BullMQ defines commands on its clients, which must not share round trips.
   */
  kind: 'commands' | 'blocking' | 'subscriber' | 'producer' | 'queue';
}

const byKind: Record<RedisClientOptions['kind'], RedisOptions> = {
  commands: { enableOfflineQueue: false, enableAutoPipelining: true, maxRetriesPerRequest: 1, commandTimeout: 5000 },
  blocking: { maxRetriesPerRequest: null },
  subscriber: { maxRetriesPerRequest: null, autoResubscribe: true },
  producer: { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 5000 },
  queue: { maxRetriesPerRequest: null, enableOfflineQueue: true },
};

/**
 * A client with one rule for coming back: full jitter, half a second at most, for ever. Half a second because a restart of
 * Redis should be over for people before they notice, and one connection attempt costs next to nothing.
 */
export function createRedis({ url, log, role, kind }: RedisClientOptions): Redis {
  const redis = new Redis(url, {
    ...byKind[kind],
    connectionName: role,
    connectTimeout: 5000,
    keepAlive: 10_000,
    retryStrategy: (attempt: number) => Math.random() * Math.min(500, 50 * attempt),
    // Stream replies as arrays, the form that BullMQ and the Socket.IO adapter read as well.
    replyMapping: 'legacy' as const,
  });
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) log.warn({ err: error, role }, 'Redis is away');
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info({ role }, 'Redis is back');
    away = false;
  });
  return redis;
}

/** Resolves when the client can be used, rejects after `withinMs` with what stood in the way. */
export async function waitForRedis(redis: Redis, withinMs = 5000): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const onReady = () => finish(resolve);
    const timer = setTimeout(() => finish(() => reject(new Error('Redis did not answer in time'))), withinMs);
    const finish = (end: () => void) => {
      clearTimeout(timer);
      redis.off('ready', onReady);
      end();
    };
    redis.once('ready', onReady);
  });
}
