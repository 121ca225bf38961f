import { describe, expect, it } from 'vitest';
import { createEventBuckets } from './event-buckets.ts';

describe('take', () => {
  it('when the burst is spent, says how long until the cost can be granted, and grants it then', () => {
    let time = 0;
    const buckets = createEventBuckets({ burst: 10, perSecond: 2, now: () => time });
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
    const buckets = createEventBuckets({ burst: 5, perSecond: 1, now: () => time });
    expect(buckets.take('ann', 5)).toBe(0);
    for (let n = 0; n < 20; n += 1) expect(buckets.take('ann', 2)).toBe(2000);
    time = 2000;
    expect(buckets.take('ann', 2)).toBe(0);
  });

  it('when something costs more than the burst, asks for a full bucket', () => {
    let time = 0;
    const buckets = createEventBuckets({ burst: 5, perSecond: 1, now: () => time });
    expect(buckets.take('ann', 21)).toBe(0);
    time = 4000;
    expect(buckets.take('ann', 21)).toBe(1000);
    time = 5000;
    expect(buckets.take('ann', 21)).toBe(0);
  });
});
