import { describe, expect, it } from 'vitest';
import { curveOf, firstSecondShare, peakPerSecond } from './reconnections.ts';

const broken = (beganAt: number, endedAt: number | null) => ({ client: 'a', beganAt, endedAt });
const fault = { label: 'x', beganAt: 1000, endedAt: 1000 };

describe('curveOf', () => {
  it('when connections come back at different times, counts them by the second after the fault', () => {
    const curve = curveOf([broken(1000, 1500), broken(1010, 1999), broken(1400, 2000), broken(1000, 4200)], fault);
    expect(curve).toEqual({ dropped: 4, perSecond: [2, 1, 0, 1], stayedAway: 0 });
    expect(firstSecondShare(curve as never)).toBe(0.5);
  });

  it('when connections broke at another time or never came back, leaves out the first and names the others', () => {
    const breaks = [broken(900, 1200), broken(1600, 1700), broken(1000, null)];
    expect(curveOf(breaks, fault)).toEqual({ dropped: 1, perSecond: [], stayedAway: 1 });
    expect(curveOf([broken(10, 20)], fault)).toBeNull();
  });
});

describe('peakPerSecond', () => {
  it('when the busiest second lies across two of the clock, finds it', () => {
    const breaks = [1900, 2000, 2400, 2899, 2900, 5000].map((endedAt) => broken(0, endedAt));
    expect(peakPerSecond([...breaks, broken(0, null)])).toBe(4);
    expect(peakPerSecond([])).toBe(0);
  });
});
