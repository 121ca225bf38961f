import { isRedisAway, isStoreAway } from '@hallway/platform';
import type { Redis } from 'ioredis';
import type { BusNames } from './names.ts';
import { runScript, type Script } from './scripts.ts';

export interface SharedBucketsOptions {
  /** A `commands` connection: what is taken in one tick travels in one round trip. */
  redis: Redis;
  names: BusNames;
  /** How many at once. */
  burst: number;
  perSecond: number;
}

// KEYS[1] when the person's bucket is full again, in microseconds of Redis's own clock; absent while it is full.
// ARGV[1] microseconds in which one token comes back, ARGV[2] how many tokens the bucket holds.
// Takes one token, or changes nothing. Returns 0, or the milliseconds until there is one.
const takeToken: Script = {
  keys: 1,
  lua: `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local fullAt = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0')) + tonumber(ARGV[1])
local wait = fullAt - now - tonumber(ARGV[1]) * tonumber(ARGV[2])
if wait > 0 then return math.ceil(wait / 1000) end
redis.call('SET', KEYS[1], string.format('%.0f', fullAt), 'PX', math.ceil((fullAt - now) / 1000))
return 0
`,
};

/**
 * Token buckets in Redis, by person: one limit for all doors of all processes. A bucket that is full again takes no memory.
 *
 * `take` resolves with 0 when one was granted, otherwise with the milliseconds until one is; takes of one tick are answered
 * in their order. While Redis is away it grants: whoever asks keeps a bucket of its own in front, which decides alone then.
 */
export function createSharedBuckets({ redis, names, burst, perSecond }: SharedBucketsOptions) {
  const microsPerToken = Math.ceil(1_000_000 / perSecond);

  return {
    async take(userId: string): Promise<number> {
      if (isRedisAway(redis)) return 0;
      try {
        return Number(await runScript(redis, takeToken, [names.sendBucket(userId), microsPerToken, burst]));
      } catch (error) {
        if (isStoreAway(error)) return 0;
        throw error;
      }
    },
  };
}

export type SharedBuckets = ReturnType<typeof createSharedBuckets>;
