import { describe, expect, it } from 'vitest';
import { createTokenBuckets } from './token-bucket.ts';

describe('take', () => {
  it('when the burst is used up, says how long until the next, and grants it then', () => {
    let time = 0;
    const buckets = createTokenBuckets({ burst: 3, perSecond: 2, now: () => time });
    expect([buckets.take('a'), buckets.take('a'), buckets.take('a')]).toEqual([0, 0, 0]);
    expect(buckets.take('a')).toBe(500);
    expect(buckets.take('b')).toBe(0);
    time = 499;
    expect(buckets.take('a')).toBeGreaterThan(0);
    time = 500;
    expect(buckets.take('a')).toBe(0);
    time = 60_000;
    expect([1, 2, 3, 4].map(() => buckets.take('a')).filter((wait) => wait === 0)).toHaveLength(3);
  });

  it('when there are more keys than it remembers, forgets the one refilled longest ago', () => {
    const buckets = createTokenBuckets({ burst: 1, perSecond: 0.001, maxKeys: 2, now: () => 0 });
    for (const key of ['a', 'b', 'c']) expect(buckets.take(key)).toBe(0);
    expect(buckets.take('c')).toBeGreaterThan(0);
    expect(buckets.take('a')).toBe(0);
  });
});
