import type { ClusterOptions, RedisOptions } from 'ioredis';

/**
 * `commands` fail fast while Redis is away and travel together when issued in one tick; `blocking` is for loops that block
 * on a stream, and fails with the connection; `subscriber` waits for Redis and subscribes again by itself; `producer` adds
 * jobs and fails fast; `queue` is what BullMQ asks for its workers. BullMQ defines commands on its clients, which must not
 * share round trips.
 */
export type RedisKind = 'commands' | 'blocking' | 'subscriber' | 'producer' | 'queue';

/**
 * Redis answers within milliseconds, and a second is a slow disk. A send or a sign-in waits six seconds at most: after two
 * and a half there is still time for the way without Redis.
 */
const commandTimeout = 2500;
/** Silence with something unanswered, after which the connection counts as dead: above `commandTimeout`, which tells first. */
const silenceOfCommandsMs = 3000;
/** The same for clients that block up to 2000 ms, which is the longest BLOCK of all loops, and a margin for a busy machine. */
const silenceWhileBlockingMs = 5000;

const failingFast: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout,
  socketTimeout: silenceOfCommandsMs,
};

const byKind: Record<RedisKind, RedisOptions> = {
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

/** Full jitter, half a second at most, for ever: a restart should be over before people notice, and an attempt costs nothing. */
function comeBackAfter(attempt: number): number {
  return Math.random() * Math.min(500, 50 * attempt);
}

/** Whoever answers that it takes no writes was the primary until just now: connecting again finds the one that is. */
function isDemoted(error: Error): boolean {
  return error.message.startsWith('READONLY');
}

/** The options of one connection, for a single Redis or the primary that sentinels name. `docs/stores.md` lists them. */
export function redisOptions(kind: RedisKind) {
  return {
    ...byKind[kind],
    connectTimeout: 5000,
    keepAlive: 10_000,
    retryStrategy: comeBackAfter,
    reconnectOnError: isDemoted,
    // Stream replies as arrays, the form that BullMQ and the Socket.IO adapter read as well.
    replyMapping: 'legacy' as const,
  } satisfies RedisOptions;
}

/** What a connection that asks sentinels for its primary is told besides. `docs/stores.md` lists them. */
export function sentinelOptions() {
  return { sentinelRetryStrategy: comeBackAfter, sentinelCommandTimeout: commandTimeout } satisfies RedisOptions;
}

/** The options of a Cluster client around those of its connections. `docs/stores.md` lists them. */
export function clusterOptions(kind: RedisKind) {
  // The pool of nodes has its own way with these: it makes a connection with the first command for a node, which it holds
  // until then, and drops one that ended, to learn anew who owns the slots.
  const {
    enableOfflineQueue = true,
    enableAutoPipelining: _together = false,
    retryStrategy: _retry,
    reconnectOnError: _reconnect,
    ...perNode
  } = redisOptions(kind);
  return {
    clusterRetryStrategy: comeBackAfter,
    enableOfflineQueue,
    // A pipeline of which some commands succeed does not follow a slot that has moved, and learns nothing of it. Alone each
    // command follows, and all of a tick are under way at once nevertheless.
    enableAutoPipelining: false,
    // Replicas lag behind, and nothing here may read what was true a moment ago.
    scaleReads: 'master',
    // A failover takes longer than any caller waits: a handful of tries cover a slot that moves, and no more.
    maxRedirections: 8,
    // As on a single Redis, a read that broke off must reach its loop; everything else is sent again, once the new owner of the
    // slot is known.
    retryDelayOnFailover: kind === 'blocking' ? 0 : 100,
    slotsRefreshTimeout: commandTimeout,
    // The adapter's channels lie in slots of their own and are served by the node that owns them.
    shardedSubscribers: kind === 'subscriber',
    redisOptions: perNode,
  } satisfies ClusterOptions;
}
