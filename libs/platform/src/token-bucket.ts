export interface TokenBucketOptions {
  /** How many at once. */
  burst: number;
  perSecond: number;
  /** How many keys are remembered; the least recently refilled is forgotten first, in its favour. */
  maxKeys?: number;
  now?: () => number;
}

/**
 * Token buckets in this process, by key. `take` answers 0 when one was to be had, otherwise the milliseconds until one is.
 */
export function createTokenBuckets({ burst, perSecond, maxKeys = 100_000, now = Date.now }: TokenBucketOptions) {
  const buckets = new Map<string, { tokens: number; at: number }>();

  return {
    take(key: string): number {
      const time = now();
      const bucket = buckets.get(key);
      const tokens = bucket ? Math.min(burst, bucket.tokens + ((time - bucket.at) / 1000) * perSecond) : burst;
      buckets.delete(key);
      if (buckets.size >= maxKeys) {
        const oldest = buckets.keys().next().value;
        if (oldest !== undefined) buckets.delete(oldest);
      }
      const granted = tokens >= 1;
      buckets.set(key, { tokens: granted ? tokens - 1 : tokens, at: time });
      return granted ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000);
    },
  };
}

export type TokenBuckets = ReturnType<typeof createTokenBuckets>;
