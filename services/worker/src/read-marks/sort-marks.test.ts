import type { PendingMark } from '@hallway/bus';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortMarks } from './sort-marks.ts';

const early = '2026-01-01T10:00:00.000Z';
const late = '2026-01-01T10:00:05.000Z';
const mark = (lastReadSeq: number, readAt = early): PendingMark => ({ userId: 'a', lastReadSeq, readAt });
const stored = (...marks: PendingMark[]) => new Map(marks.map((one) => [one.userId, one]));

describe('sortMarks', () => {
  it('when a person has no mark yet, writes and announces it', () => {
    expect(sortMarks([mark(3)], stored())).toEqual({ toWrite: [mark(3)], toAnnounce: [mark(3)] });
  });

  it('when the stored mark is higher, does neither', () => {
    expect(sortMarks([mark(3, late)], stored(mark(4)))).toEqual({ toWrite: [], toAnnounce: [] });
  });

  it('when the very mark is stored and still pending, announces it without writing', () => {
    expect(sortMarks([mark(3)], stored(mark(3)))).toEqual({ toWrite: [], toAnnounce: [mark(3)] });
  });

  it('when the same place was read again later, does neither', () => {
    expect(sortMarks([mark(3, late)], stored(mark(3, early)))).toEqual({ toWrite: [], toAnnounce: [] });
  });

  it('whatever is pending and stored, writes only what is higher and announces all that it writes', () => {
    const marks = fc.uniqueArray(
      fc.record({
        userId: fc.constantFrom('a', 'b', 'c'),
        lastReadSeq: fc.nat(5),
        readAt: fc.constantFrom(early, late),
      }),
      { selector: (one) => one.userId },
    );
    fc.assert(
      fc.property(marks, marks, (pending, before) => {
        const known = stored(...before);
        const { toWrite, toAnnounce } = sortMarks(pending, known);
        const isHigher = (one: PendingMark) => one.lastReadSeq > (known.get(one.userId)?.lastReadSeq ?? -1);
        expect(toWrite).toEqual(pending.filter(isHigher));
        for (const one of toWrite) expect(toAnnounce).toContain(one);
      }),
    );
  });
});
