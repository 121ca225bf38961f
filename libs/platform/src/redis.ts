import { Redis, type RedisOptions } from 'ioredis';
import type { Log } from './log.ts';
import { watchAnswers } from './redis-answers.ts';

export interface RedisClientOptions {
  url: string;
  log: Log;
  /** What the connection is for, in the log and in `CLIENT LIST`. */
  role: string;
  /**
   * `commands` fail fast while Redis is away and travel together when issued in one tick; `blocking` is for loops that block
   * on a stream, and fails with the connection; `subscriber` waits for Redis and subscribes again by itself; `producer` adds
   * jobs and fails fast; `queue` is what BullMQ asks for its workers. BullMQ defines commands on its clients, which must not
   * share round trips.
   */
  kind: 'commands' | 'blocking' | 'subscriber' | 'producer' | 'queue';
}

/**
 * Redis answers within milliseconds, and a second is a slow disk. A send or a sign-in waits six seconds at most: after two
 * and a half there is still time for the way without Redis.
 */
const commandTimeout = 2500;
/** Silence with something unanswered, after which the connection counts as dead: above `commandTimeout`, which tells first. */
const silenceOfCommandsMs = 3000;
/** The same for clients that block up to 2000 ms, which is the longest BLOCK of all loops, and a margin for a busy machine. */
const silenceWhileBlockingMs = 5000;
/** A subscriber that is told nothing asks this often whether anybody is still there. */
const pingEveryMs = 3000;

const failingFast: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout,
  socketTimeout: silenceOfCommandsMs,
};

const byKind: Record<RedisClientOptions['kind'], RedisOptions> = {
  commands: { ...failingFast, enableAutoPipelining: true },
  // A read that was under way when the connection broke must fail, so that its loop recovers what Redis had already handed
  // out. Sent again by the client, it would bring the next entries and leave those pending. Without sending again ioredis
  // rejects such a command only when its retries are used up: hence none.
  blocking: {
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    socketTimeout: silenceWhileBlockingMs,
  },
  subscriber: { maxRetriesPerRequest: null, autoResubscribe: true, socketTimeout: silenceWhileBlockingMs },
  producer: failingFast,
  // BullMQ blocks as long as it likes and watches its connections itself.
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
  if (kind === 'commands' || kind === 'producer') watchAnswers(redis);
  if (kind === 'subscriber') pingWhileSubscribed(redis);
  return redis;
}

/** Nothing is ever due to a subscriber, so that it would not notice a dead connection: a ping makes an answer due. */
function pingWhileSubscribed(redis: Redis): void {
  let waiting = false;
  const timer = setInterval(() => {
    if (redis.status !== 'ready' || waiting) return;
    waiting = true;
    const done = () => {
      waiting = false;
    };
    redis.ping().then(done, done);
  }, pingEveryMs);
  timer.unref();
  redis.once('end', () => clearInterval(timer));
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
