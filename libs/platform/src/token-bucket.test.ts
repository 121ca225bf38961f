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

  it('when there are more keys than it remembers, forgets the one granted longest ago', () => {
    const buckets = createTokenBuckets({ burst: 1, perSecond: 0.001, maxKeys: 2, now: () => 0 });
    for (const key of ['a', 'b', 'c']) expect(buckets.take(key)).toBe(0);
    expect(buckets.take('c')).toBeGreaterThan(0);
    expect(buckets.take('a')).toBe(0);
  });

  it('when one thing costs more than another, says how long until its cost can be granted, and grants it then', () => {
    let time = 0;
    const buckets = createTokenBuckets({ burst: 10, perSecond: 2, now: () => time });
    expect([buckets.take('ann', 1), buckets.take('ann', 6), buckets.take('ann', 3)]).toEqual([0, 0, 0]);
    expect([buckets.take('ann', 1), buckets.take('ann', 4)]).toEqual([500, 2000]);
    expect(buckets.take('bob', 10)).toBe(0);
    time = 1999;
    expect(buckets.take('ann', 4)).toBe(1);
    time = 2000;
    expect(buckets.take('ann', 4)).toBe(0);
  });

  it('when a refusal follows a refusal, takes nothing for them', () => {
    let time = 0;
    const buckets = createTokenBuckets({ burst: 5, perSecond: 1, now: () => time });
    expect(buckets.take('ann', 5)).toBe(0);
    for (let n = 0; n < 20; n += 1) expect(buckets.take('ann', 2)).toBe(2000);
    time = 2000;
    expect(buckets.take('ann', 2)).toBe(0);
  });

  it('when something costs more than the burst, asks for a full bucket', () => {
    let time = 0;
    const buckets = createTokenBuckets({ burst: 5, perSecond: 1, now: () => time });
    expect(buckets.take('ann', 21)).toBe(0);
    time = 4000;
    expect(buckets.take('ann', 21)).toBe(1000);
    time = 5000;
    expect(buckets.take('ann', 21)).toBe(0);
  });
});
