import type { Redis } from 'ioredis';
import type { BusNames } from './names.ts';
import { runScript, type Script } from './scripts.ts';

/** A gateway that has not renewed its lease for this long is dead, and its people are offline. */
export const presenceLeaseMs = 12_000;
export const presenceRenewEveryMs = 4000;

// A year and a bit: "last seen" is told for people who were here within it.
const lastSeenTtlSeconds = 400 * 24 * 3600;

// A lease ends within seconds; what nobody took by then has lost its lease with an emptied Redis.
const leftTtlSeconds = 3600;

// KEYS[1] gateways, KEYS[2] people of this gateway. ARGV: gateway, lease in ms, people it has, sockets they have.
// The lease ends by Redis's own clock. Returns 1 when the list of people is whole, 0 when it has to be written again.
const renewLease: Script = {
  keys: 2,
  lua: `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[2], tonumber(ARGV[2]) * 10)
if redis.call('HLEN', KEYS[2]) ~= tonumber(ARGV[3]) then return 0 end
local sockets = 0
for _, count in ipairs(redis.call('HVALS', KEYS[2])) do sockets = sockets + tonumber(count) end
return sockets == tonumber(ARGV[4]) and 1 or 0
`,
};

// KEYS[1] gateways. Returns the gateways whose lease has not ended.
const liveGateways: Script = {
  keys: 1,
  readOnly: true,
  lua: `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')
`,
};

// KEYS[1] gateways, KEYS[2] gateways that stopped in order. Takes one gateway whose lease has ended off both lists: exactly
// one caller gets it. Returns its name and 1 when it stopped in order, 0 when it died; nothing when there is none.
const takeEndedGateway: Script = {
  keys: 2,
  lua: `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)
if #dead == 0 then return false end
redis.call('ZREM', KEYS[1], dead[1])
return { dead[1], redis.call('SREM', KEYS[2], dead[1]) }
`,
};

// People that one command of a rewrite carries: some 30 KB.
const rewriteChunk = 1000;

export interface EndedGateway {
  /** Who was on it. Some have come back elsewhere. */
  people: string[];
  /** False when nobody knows why it stopped renewing: it died, or was cut off. */
  stoppedInOrder: boolean;
}

interface PresenceOptions {
  redis: Redis;
  names: BusNames;
}

/** Answers who is online, from the leases of the gateways. Costs one command per gateway, whatever the number of people. */
export function createPresenceReader({ redis, names }: PresenceOptions) {
  async function socketCounts(userIds: string[]): Promise<number[]> {
    const counts = userIds.map(() => 0);
    if (userIds.length === 0) return counts;
    const gateways = (await runScript(redis, liveGateways, [names.gateways])) as string[];
    const lists = await Promise.all(gateways.map((gateway) => redis.hmget(names.gatewayPeople(gateway), ...userIds)));
    for (const list of lists) {
      for (const [index, value] of list.entries()) counts[index] = (counts[index] ?? 0) + Number(value ?? 0);
    }
    return counts;
  }

  return {
    /** Sockets of each person over all live gateways. */
    socketCounts,
    async onlineAmong(userIds: string[]): Promise<Set<string>> {
      const counts = await socketCounts(userIds);
      return new Set(userIds.filter((_, index) => (counts[index] ?? 0) > 0));
    },
    /** When each person was last seen to leave, ISO 8601; absent where nobody knows. */
    async lastSeen(userIds: string[]): Promise<Map<string, string>> {
      const values = await Promise.all(userIds.map((userId) => redis.get(names.lastSeen(userId))));
      const seen = new Map<string, string>();
      for (const [index, userId] of userIds.entries()) {
        const value = values[index];
        if (value) seen.set(userId, value);
      }
      return seen;
    },
  };
}

export type PresenceReader = ReturnType<typeof createPresenceReader>;

/** One gateway's lease on the people who are connected to it. */
export function createPresenceLease({ redis, names, gateway }: PresenceOptions & { gateway: string }) {
  return {
    /** Keeps the lease alive and the list whole. Call every `presenceRenewEveryMs`. */
    async renew(socketsByUser: ReadonlyMap<string, number>): Promise<void> {
      const key = names.gatewayPeople(gateway);
      const sockets = [...socketsByUser.values()].reduce((sum, count) => sum + count, 0);
      const lease = [names.gateways, key, gateway, presenceLeaseMs, socketsByUser.size, sockets];
      const whole = await runScript(redis, renewLease, lease);
      if (whole === 1) return;
      const people = [...socketsByUser];
      await redis.del(key);
      for (let start = 0; start < people.length; start += rewriteChunk) {
        await redis.hset(key, ...people.slice(start, start + rewriteChunk).flat());
      }
    },
    async setSockets(userId: string, sockets: number): Promise<void> {
      if (sockets > 0) await redis.hset(names.gatewayPeople(gateway), userId, sockets);
      else await redis.hdel(names.gatewayPeople(gateway), userId);
    },
    async recordSeen(userId: string, at: string): Promise<void> {
      await redis.set(names.lastSeen(userId), at, 'EX', lastSeenTtlSeconds);
    },
    /** One gateway whose lease has ended, with the people who were on it, or null. Each is given to one caller. */
    async takeEnded(): Promise<EndedGateway | null> {
      const ended = await runScript(redis, takeEndedGateway, [names.gateways, names.gatewaysLeft]);
      if (ended === null) return null;
      const [name, left] = ended as [string, number];
      const people = await redis.hkeys(names.gatewayPeople(name));
      await redis.del(names.gatewayPeople(name));
      return { people, stoppedInOrder: left === 1 };
    },
    /** Says that the end of this lease, which comes by itself, is that of a gateway that stopped in order. */
    async sayLeaving(): Promise<void> {
      await Promise.all([redis.sadd(names.gatewaysLeft, gateway), redis.expire(names.gatewaysLeft, leftTtlSeconds)]);
    },
    /** Gives the lease back at once; nobody is told of the people who were on it. */
    async release(): Promise<void> {
      await redis.zrem(names.gateways, gateway);
      await redis.del(names.gatewayPeople(gateway));
    },
  };
}

export type PresenceLease = ReturnType<typeof createPresenceLease>;
