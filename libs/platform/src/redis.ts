import { Cluster, Redis } from 'ioredis';
import type { Log } from './log.ts';
import { watchAnswers } from './redis-answers.ts';
import { clusterOptions, type RedisKind, redisOptions, sentinelOptions } from './redis-options.ts';
import { type RedisAddress, readRedisUrl } from './redis-url.ts';

export interface RedisClientOptions {
  /** One Redis, sentinels that know it, or nodes of a Cluster: `readRedisUrl` tells the forms. */
  url: string;
  log: Log;
  /** What the connection is for, in the log and in `CLIENT LIST`. */
  role: string;
  kind: RedisKind;
}

/** A subscriber that is told nothing asks this often whether anybody is still there. */
const pingEveryMs = 3000;

/**
 * A client that comes back by itself, for ever. For a Cluster it is a Cluster client under the type of a Redis: it takes the
 * same commands, as long as the keys of each lie in one slot; where that is not enough, `isCluster` tells them apart.
 */
export function createRedis({ url, log, role, kind }: RedisClientOptions): Redis {
  const redis = connect(readRedisUrl(url), role, kind);
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
  if (kind === 'subscriber' && !isCluster(redis)) pingWhileSubscribed(redis);
  return redis;
}

function connect(address: RedisAddress, connectionName: string, kind: RedisKind): Redis {
  if (address.mode === 'single') return new Redis(address.url, { ...redisOptions(kind), connectionName });
  const { hosts, login, tls } = address;
  const own = { ...login, connectionName, ...(tls ? { tls: {} } : {}) };
  if (address.mode === 'sentinel') return new Redis({ ...redisOptions(kind), ...own, ...askSentinels(address) });
  const { redisOptions: perNode, ...around } = clusterOptions(kind);
  return new Cluster(hosts, { ...around, redisOptions: { ...perNode, ...own } }) as unknown as Redis;
}

function askSentinels({ hosts, masterName, tls, sentinelLogin }: Extract<RedisAddress, { mode: 'sentinel' }>) {
  const { username, password } = sentinelLogin;
  return {
    ...sentinelOptions(),
    sentinels: hosts,
    name: masterName,
    enableTLSForSentinelMode: tls,
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
  };
}

/** Whether a client speaks to a Cluster, where one command, script or read may touch the keys of one slot only. */
export function isCluster(redis: Redis): boolean {
  return redis.isCluster === true;
}

/** Another client like this one of a Cluster. What it says of connections that fail, `redis` says as well. */
export function openOnSameCluster(redis: Redis): Redis {
  // `redis` looks whether all slots are served. When many more ask as well they only start later.
  const another = (redis as unknown as Cluster).duplicate([], { enableReadyCheck: false });
  another.on('error', () => undefined);
  return another as unknown as Redis;
}

/** The primaries of a Cluster, in an order that stays while they do; the client itself where there is one Redis. */
export function primariesOf(redis: Redis): Redis[] {
  if (!isCluster(redis)) return [redis];
  const nodes = (redis as unknown as Cluster).nodes('master') as Redis[];
  const placeOf = ({ options }: Redis) => `${options.host}:${options.port}`;
  return nodes.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

/** Tells that a connection ended, that to one node of a Cluster included: what was sent last was perhaps never heard. */
export function onRedisLost(redis: Redis, listener: () => void): void {
  redis.on('close', listener);
  if (isCluster(redis)) redis.on('-node', listener);
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

/** A client of a Cluster asks around before it is ready, and a service opens some twenty at once. */
const readyWithinMs = { single: 5000, cluster: 15_000 } as const;

/** Resolves when the client can be used, rejects after `withinMs` with what stood in the way. */
export async function waitForRedis(
  redis: Redis,
  withinMs: number = isCluster(redis) ? readyWithinMs.cluster : readyWithinMs.single,
): Promise<void> {
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
