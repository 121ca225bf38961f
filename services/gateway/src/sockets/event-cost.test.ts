import { describe, expect, it } from 'vitest';
import { costOf } from './event-cost.ts';

const rooms = (count: number) => ({ rooms: Object.fromEntries(Array.from({ length: count }, (_, n) => [n, 0])) });

describe('costOf', () => {
  it('when rooms are resumed, costs by their number, and at most what the most rooms cost', () => {
    expect([0, 1, 10, 11, 200, 5000].map((count) => costOf('resume', rooms(count)))).toEqual([1, 2, 2, 3, 21, 21]);
  });

  it('when it is anything else, or a resume that is malformed, costs one', () => {
    expect([costOf('typing', {}), costOf(Symbol('oversized'), undefined), costOf('joinRoom', rooms(100))]).toEqual([
      1, 1, 1,
    ]);
    for (const payload of [undefined, null, 7, 'x', [], { rooms: null }, { rooms: 7 }]) {
      expect(costOf('resume', payload)).toBe(1);
    }
  });
});
