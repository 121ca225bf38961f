import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareActivity, readCursor, toCursorText } from './conversation-cursor.ts';

const place = fc.record({
  at: fc.nat(),
  roomId: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 24, maxLength: 24 }),
});

describe('a cursor', () => {
  it('for any place, reads back as what was written', () => {
    fc.assert(
      fc.property(place, (one) => {
        expect(readCursor(toCursorText(one))).toEqual(one);
      }),
    );
  });

  it('when it was never given out, is refused', () => {
    for (const text of ['', 'x', Buffer.from('12').toString('base64url'), '!!!!']) {
      expect(() => readCursor(text)).toThrow();
    }
  });
});

describe('compareActivity', () => {
  it('for any places, orders the latest first and never calls two rooms equal', () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        expect(Math.sign(compareActivity(a, b))).toBe(0 - Math.sign(compareActivity(b, a)));
        if (a.at > b.at) expect(compareActivity(a, b)).toBeLessThan(0);
        if (a.roomId !== b.roomId) expect(compareActivity(a, b)).not.toBe(0);
      }),
    );
  });
});
