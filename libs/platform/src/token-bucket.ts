import { AppError } from './app-error.ts';

export interface TokenBucketOptions {
  /** How many at once. */
  burst: number;
  perSecond: number;
  /** How many keys are remembered; the one that was granted something longest ago is forgotten first, in its favour. */
  maxKeys?: number;
  now?: () => number;
}

/**
 * Token buckets in this process, by key. `take` answers 0 when the cost was granted, otherwise the milliseconds until it can
 * be; a refusal costs nothing. Nothing costs more than the burst: who asks for more, waits for a full bucket.
 */
export function createTokenBuckets({ burst, perSecond, maxKeys = 100_000, now = Date.now }: TokenBucketOptions) {
  const msPerToken = 1000 / perSecond;
  /** When each bucket is full again, the one that was granted something last at the end. */
  const fullAt = new Map<string, number>();

  return {
    take(key: string, cost = 1): number {
      const time = now();
      const spentUntil = Math.max(time, fullAt.get(key) ?? time) + Math.min(cost, burst) * msPerToken;
      const waitMs = spentUntil - time - burst * msPerToken;
      // Times since 1970 are exact to a fraction of a millisecond, and their sums less so.
      if (waitMs > 0.5) return Math.ceil(waitMs);
      fullAt.delete(key);
      if (fullAt.size >= maxKeys) {
        const longestAgo = fullAt.keys().next().value;
        if (longestAgo !== undefined) fullAt.delete(longestAgo);
      }
      fullAt.set(key, spentUntil);
      return 0;
    },
  };
}

export type TokenBuckets = ReturnType<typeof createTokenBuckets>;

/** Throws RATE_LIMITED, with the time, when somebody asks for more of something than their bucket holds. */
export function spendToken(buckets: TokenBuckets, key: string, what: string): void {
  const waitMs = buckets.take(key);
  if (waitMs > 0) throw new AppError({ code: 'RATE_LIMITED', internal: `too many ${what}`, retryAfterMs: waitMs });
}
