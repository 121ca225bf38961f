import { createHash } from 'node:crypto';
import { allPartitions, type BusNames, runScript, type Script } from '@hallway/bus';
import type { Redis } from 'ioredis';

/**
 * A lease that is not renewed for this long is free. Take-over of a dead owner's rooms has to be over within 5 s: a lease,
 * a round of renewal and the first batch fit in.
 */
export const leaseMs = 3000;
export const renewEveryMs = 750;

// KEYS[1] live services by the end of their lease. ARGV[1] this instance, ARGV[2] lease in ms.
// Renews this instance, forgets the dead ones and returns the living. Time is Redis's own.
const heartbeat: Script = {
  keys: 1,
  lua: `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
return redis.call('ZRANGE', KEYS[1], 0, -1)
`,
};

// KEYS[1] the lease. ARGV[1] this instance, ARGV[2] lease in ms. Takes a free lease or renews an own one. Returns 1 or 0.
const holdLease: Script = {
  keys: 1,
  lua: `
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`,
};

// KEYS[1] the lease. ARGV[1] this instance. Gives an own lease back.
const releaseLease: Script = {
  keys: 1,
  lua: `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`,
};

/** Which of these instances should own a partition: the one that scores highest, so that few move when one comes or goes. */
export function chooseOwner(partition: number, instances: string[]): string | undefined {
  const scores = instances.map((instance) => ({ instance, score: scoreOf(partition, instance) }));
  return scores.sort((a, b) => (a.score < b.score ? 1 : -1))[0]?.instance;
}

function scoreOf(partition: number, instance: string): string {
  return createHash('sha256').update(`${partition}:${instance}`).digest('hex');
}

/** The leases of one message service on partitions. Efficiency rests on them; correctness rests on the unique indexes. */
export function createPartitionLeases({ redis, names, instance }: { redis: Redis; names: BusNames; instance: string }) {
  return {
    /** Says that this service lives; answers the partitions that should be its own. */
    async beat(): Promise<number[]> {
      const living = (await runScript(redis, heartbeat, [names.messageServices, instance, leaseMs])) as string[];
      return allPartitions.filter((partition) => chooseOwner(partition, living) === instance);
    },
    /** Takes or renews these leases; answers the ones that are held now. */
    async hold(partitions: number[]): Promise<number[]> {
      const held = await Promise.all(
        partitions.map((partition) =>
          runScript(redis, holdLease, [names.partitionLease(partition), instance, leaseMs]),
        ),
      );
      return partitions.filter((_, index) => held[index] === 1);
    },
    async release(partitions: number[]): Promise<void> {
      await Promise.all(
        partitions.map((partition) => runScript(redis, releaseLease, [names.partitionLease(partition), instance])),
      );
    },
    /** Leaves the living, so that others take over at once. */
    async leave(): Promise<void> {
      await redis.zrem(names.messageServices, instance);
    },
  };
}

export type PartitionLeases = ReturnType<typeof createPartitionLeases>;
