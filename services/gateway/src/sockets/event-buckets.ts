export interface EventBucketOptions {
  /** What a person may spend at once. */
  burst: number;
  perSecond: number;
  now?: () => number;
}

// People who are remembered; far more than a gateway has.
const maxPeople = 100_000;

/**
 * What a person may ask of this gateway, where one event may cost more than another. `take` answers 0 when the cost was
 * granted, otherwise the milliseconds until it can be; a refusal costs nothing. Nothing costs more than the burst.
 */
export function createEventBuckets({ burst, perSecond, now = Date.now }: EventBucketOptions) {
  const msPerToken = 1000 / perSecond;
  /** When each person's bucket is full again, the one who spent last at the end. */
  const fullAt = new Map<string, number>();

  return {
    take(userId: string, cost: number): number {
      const time = now();
      const spentUntil = Math.max(time, fullAt.get(userId) ?? time) + Math.min(cost, burst) * msPerToken;
      const waitMs = spentUntil - time - burst * msPerToken;
      // Times since 1970 are exact to a fraction of a millisecond, and their sums less so.
      if (waitMs > 0.5) return Math.ceil(waitMs);
      fullAt.delete(userId);
      if (fullAt.size >= maxPeople) {
        const longestAgo = fullAt.keys().next().value;
        if (longestAgo !== undefined) fullAt.delete(longestAgo);
      }
      fullAt.set(userId, spentUntil);
      return 0;
    },
  };
}

export type EventBuckets = ReturnType<typeof createEventBuckets>;
