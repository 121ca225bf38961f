import { limits } from '@hallway/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isComplete, toCatchUpRange, toPageRange } from './list-messages.ts';

const bound = fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined });

describe('toPageRange', () => {
  it('for any bounds, covers only what stands between them and the head, and no more than the limit', () => {
    fc.assert(
      fc.property(bound, bound, fc.integer({ min: 1, max: 200 }), fc.nat(300), (...[before, after, limit, lastSeq]) => {
        const range = toPageRange({ before, after, limit }, lastSeq);
        for (let seq = range.after + 1; seq <= range.upTo; seq += 1) {
          expect(seq).toBeLessThanOrEqual(lastSeq);
          if (before !== undefined) expect(seq).toBeLessThan(before);
          if (after !== undefined) expect(seq).toBeGreaterThan(after);
        }
        expect(range.upTo - range.after).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('when pages are read backwards by the first seq, every message is met once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 60 }), (lastSeq, limit) => {
        const met: number[] = [];
        let before: number | undefined;
        for (;;) {
          const { after, upTo } = toPageRange({ before, limit }, lastSeq);
          if (upTo <= after) break;
          for (let seq = upTo; seq > after; seq -= 1) met.push(seq);
          before = after + 1;
        }
        expect(met).toEqual(Array.from({ length: lastSeq }, (_, index) => lastSeq - index));
      }),
    );
  });
});

describe('toCatchUpRange', () => {
  it('for any position, is complete exactly when nothing newer is left out', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.nat(2000), (afterSeq, lastSeq) => {
        const range = toCatchUpRange(afterSeq, lastSeq);
        expect(isComplete(range, afterSeq, lastSeq)).toBe(lastSeq - afterSeq <= limits.catchUpMessages);
      }),
    );
  });

  it('without a position, brings the newest page and says whether anything is older', () => {
    expect(toCatchUpRange(undefined, 120)).toEqual({ after: 70, upTo: 120 });
    expect(isComplete({ after: 70, upTo: 120 }, undefined, 120)).toBe(false);
    expect(isComplete(toCatchUpRange(undefined, 50), undefined, 50)).toBe(true);
  });
});
