import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDrainSlices } from './drain-slices.ts';

/** How many leave in each slice; what is left after the last goes with it, as in a drain. */
function drain(sockets: number, slices: number, isIdle: (slice: number) => boolean = () => true): number[] {
  const countDue = createDrainSlices();
  let left = sockets;
  return Array.from({ length: slices }, (_, slice) => {
    const slicesLeft = slices - slice;
    const due = slicesLeft === 1 ? left : countDue({ sockets: left, idle: isIdle(slice) ? left : 0, slicesLeft });
    left -= due;
    return due;
  });
}

describe('createDrainSlices', () => {
  it('when nobody is busy, sends everybody away, in no second more than twice the even share and one', () => {
    const perSecond = 20;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 30 }), (sockets, seconds) => {
        const gone = drain(sockets, seconds * perSecond);
        expect(gone.reduce((sum, one) => sum + one, 0)).toBe(sockets);
        for (let from = 0; from < gone.length; from += 1) {
          const inOneSecond = gone.slice(from, from + perSecond).reduce((sum, one) => sum + one, 0);
          expect(inOneSecond).toBeLessThanOrEqual(Math.ceil((2 * sockets) / seconds) + 1);
        }
      }),
    );
  });

  it('when there are fewer sockets than slices, spreads them over the whole time', () => {
    const gone = drain(10, 500);
    expect(gone.slice(0, 250).reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(6);
  });

  it('when all are busy for a while, makes up for it', () => {
    const gone = drain(100, 100, (slice) => slice >= 10);
    expect(gone.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
    expect(gone.slice(0, 60).reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(50);
  });

  it('when there is one socket, sends it away at once', () => {
    expect(drain(1, 500)[0]).toBe(1);
  });
});
