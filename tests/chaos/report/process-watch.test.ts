import { describe, expect, it } from 'vitest';
import { duringAny, slopePerHour } from './process-watch.ts';

describe('duringAny', () => {
  it('when people wrote twice, keeps what was seen meanwhile and nothing between or after', () => {
    const spans = [
      { wroteFrom: 10, wroteTo: 20 },
      { wroteFrom: 40, wroteTo: 50 },
    ];
    const samples = [5, 10, 15, 20, 25, 45, 60].map((at) => ({ at }));
    expect(duringAny(spans, samples).map(({ at }) => at)).toEqual([10, 15, 20, 45]);
  });
});

describe('slopePerHour', () => {
  it('when memory grows evenly, says by how much in an hour; when it comes and goes, nothing', () => {
    const at = (minute: number) => minute * 60_000;
    expect(slopePerHour([0, 10, 20, 30].map((minute) => ({ at: at(minute), mb: 100 + minute / 2 })))).toBeCloseTo(30);
    expect(
      slopePerHour([0, 10, 20, 30].map((minute) => ({ at: at(minute), mb: minute % 20 ? 110 : 100 }))),
    ).toBeLessThan(15);
  });
});
