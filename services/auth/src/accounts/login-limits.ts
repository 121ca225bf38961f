import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { BusNames } from '@hallway/bus';
import { AppError, type Log } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

export interface LoginLimitsOptions {
  redis: Redis;
  log: Log;
  names: BusNames;
  wrongTriesPerAccount: number;
  accountWindowSeconds: number;
  wrongTriesPerAddressMinute: number;
}

export interface LoginTry {
  usernameKey: string;
  /** Address of the client. */
  address: string;
}

/** A try that was counted as wrong before it is known. `giveBack` takes that back. */
export interface CountedTry {
  giveBack(): Promise<void>;
}

const tooManyForAccount = 'too many wrong passwords for an account';
const tooManyFromAddress = 'too many wrong passwords from an address';
// As long as a session can live: whoever is signed in somewhere is known there.
const knownAddressSeconds = 30 * 24 * 3600;

/**
 * Limits wrong passwords. A try is counted before the password is looked at and given back when it was right, so that
 * tries at the same moment cannot slip past together, and right passwords never count.
 *
 * Over the limit even the right password is refused: otherwise guessing could go on. So that nobody can lock another
 * person out by typing nonsense, an address from which that person has signed in before has a count of its own: a stranger
 * uses up the count of all unknown addresses, and the person goes on from theirs. The same count stands in for the one of
 * the address, so that one guesser in a school behind a single address does not stop everybody who is known there. Nor does
 * a guesser of one account use up the address for the others: a try that the account refuses is not counted there.
 *
 * Counts live in Redis for all processes together, and in this process's memory while Redis is away.
 */
export function createLoginLimits(options: LoginLimitsOptions) {
  const { redis, log, names } = options;
  const known = createKnownAddresses({ redis, log, names });
  const accounts = createLimiter(redis, {
    keyPrefix: names.loginAccounts,
    points: options.wrongTriesPerAccount,
    duration: options.accountWindowSeconds,
  });
  const addresses = createLimiter(redis, {
    keyPrefix: names.loginAddresses,
    points: options.wrongTriesPerAddressMinute,
    duration: 60,
  });

  async function findCounts({ usernameKey, address }: LoginTry) {
    const addressKey = shortHash(toNetwork(address));
    const account = shortHash(usernameKey);
    const pair = `${account}:${addressKey}`;
    const isKnown = await known.has(pair);
    return { accountKey: isKnown ? pair : account, addressKey: isKnown ? null : addressKey };
  }

  return {
    /** Counts nothing. Throws `RATE_LIMITED` when there is no try left, so that who floods us does not even get in line. */
    async refuseSpent(attempt: LoginTry): Promise<void> {
      const { accountKey, addressKey } = await findCounts(attempt);
      await Promise.all([
        refuseAtLimit(accounts, accountKey, tooManyForAccount),
        addressKey !== null && refuseAtLimit(addresses, addressKey, tooManyFromAddress),
      ]);
    },

    /** Throws `RATE_LIMITED` with the time after which a try is possible again. */
    async countTry(attempt: LoginTry): Promise<CountedTry> {
      const { accountKey, addressKey } = await findCounts(attempt);
      await consume(accounts, accountKey, tooManyForAccount);
      if (addressKey !== null) {
        await consume(addresses, addressKey, tooManyFromAddress).catch(async (refusal) => {
          await accounts.reward(accountKey);
          throw refusal;
        });
      }
      return {
        async giveBack() {
          await accounts.reward(accountKey);
          if (addressKey !== null) await addresses.reward(addressKey);
        },
      };
    },

    /** To be called when somebody has signed in, every step of it: from then on the address is one of theirs. */
    async remember({ usernameKey, address }: LoginTry): Promise<void> {
      await known.keep(`${shortHash(usernameKey)}:${shortHash(toNetwork(address))}`);
    },
  };
}

export type LoginLimits = ReturnType<typeof createLoginLimits>;

function createLimiter(redis: Redis, limit: { keyPrefix: string; points: number; duration: number }) {
  return new RateLimiterRedis({
    ...limit,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory(limit),
  });
}

/** From where each person has signed in before. Without Redis nobody is known anywhere. */
function createKnownAddresses({ redis, log, names }: Pick<LoginLimitsOptions, 'redis' | 'log' | 'names'>) {
  return {
    async has(pair: string): Promise<boolean> {
      try {
        return (await redis.exists(names.knownLogin(pair))) === 1;
      } catch (error) {
        log.warn({ err: error }, 'known addresses cannot be read');
        return false;
      }
    },
    async keep(pair: string): Promise<void> {
      await redis.set(names.knownLogin(pair), 1, 'EX', knownAddressSeconds).catch((error: unknown) => {
        log.warn({ err: error }, 'a known address cannot be kept');
      });
    },
  };
}

async function consume(limiter: RateLimiterRedis, key: string, internal: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw rateLimited(error, internal);
  }
}

async function refuseAtLimit(limiter: RateLimiterRedis, key: string, internal: string): Promise<void> {
  const count = await limiter.get(key);
  if (count && count.consumedPoints >= limiter.points) throw rateLimited(count, internal);
}

function rateLimited({ msBeforeNext }: RateLimiterRes, internal: string): AppError {
  return new AppError({ code: 'RATE_LIMITED', internal, retryAfterMs: Math.max(1, msBeforeNext) });
}

/** Whoever has one IPv6 address has the whole /64 around it. */
export function toNetwork(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const [head = '', tail = ''] = address.split('%')[0]?.split('::') ?? [];
  const before = head.split(':').filter(Boolean);
  const after = tail.split(':').filter(Boolean);
  const zeros = address.includes('::') ? Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0') : [];
  const groups = [...before, ...zeros, ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

// Names and addresses do not belong into key listings, and a key has one length whatever somebody typed.
function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
