import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBackoffMs } from './backoff.ts';

describe('toBackoffMs', () => {
  it('when it fails again and again, waits up to a bound that doubles from 0.5 s to 30 s', () => {
    const bounds = [0, 1, 2, 5, 6, 50].map((attempt) => toBackoffMs({ attempt, random: () => 1 }));
    expect(bounds).toEqual([500, 1000, 2000, 16_000, 30_000, 30_000]);
    expect(toBackoffMs({ attempt: 9, random: () => 0 })).toBe(0);
  });

  it('when the server names a spread, draws from all of it, unless the bound is wider or half a minute is over', () => {
    const last = (attempt: number, spreadMs: number) => toBackoffMs({ attempt, spreadMs, random: () => 1 });
    expect([last(0, 8000), last(2, 8000), last(6, 8000), last(0, 99_000)]).toEqual([8000, 8000, 30_000, 30_000]);
    expect(last(0, 100)).toBe(500);
    expect(toBackoffMs({ attempt: 0, spreadMs: 8000, random: () => 0.25 })).toBe(2000);
  });

  it('when the server names a time, never comes back earlier', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(60_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, wish, n) => {
        expect(toBackoffMs({ attempt, retryAfterMs: wish, random: () => n })).toBeGreaterThanOrEqual(wish);
      }),
    );
  });
});
