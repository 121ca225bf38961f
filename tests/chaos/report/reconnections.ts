import type { Fault } from '../scenario.ts';
import type { Break } from './run-records.ts';

// A cut is heard of in the moment after it.
const heardWithinMs = 500;
const secondMs = 1000;
// Who is not back by then is counted with the last second of the curve.
const curveSeconds = 40;

export interface Curve {
  dropped: number;
  /** How many came back in each second after the fault. */
  perSecond: number[];
  /** Never seen again. */
  stayedAway: number;
}

/** How the connections came back that broke in a fault. Null where none did. */
export function curveOf(breaks: Break[], { beganAt, endedAt }: Fault): Curve | null {
  const dropped = breaks.filter((one) => one.beganAt >= beganAt && one.beganAt <= endedAt + heardWithinMs);
  if (dropped.length === 0) return null;
  const seconds = dropped.flatMap((one) =>
    one.endedAt === null ? [] : [Math.min(curveSeconds, Math.max(0, Math.floor((one.endedAt - beganAt) / secondMs)))],
  );
  const perSecond = Array.from({ length: seconds.length === 0 ? 0 : Math.max(...seconds) + 1 }, () => 0);
  for (const second of seconds) perSecond[second] = (perSecond[second] ?? 0) + 1;
  return { dropped: dropped.length, perSecond, stayedAway: dropped.length - seconds.length };
}

/** Of those that a fault dropped, the share that was back within the first second. */
export function firstSecondShare({ dropped, perSecond }: Curve): number {
  return (perSecond[0] ?? 0) / dropped;
}

/** The most connections that came back within any one second. */
export function peakPerSecond(breaks: Break[]): number {
  const times = breaks.flatMap(({ endedAt }) => (endedAt === null ? [] : [endedAt])).toSorted((a, b) => a - b);
  let [peak, from] = [0, 0];
  for (const [place, at] of times.entries()) {
    while ((times[from] ?? at) <= at - secondMs) from += 1;
    peak = Math.max(peak, place - from + 1);
  }
  return peak;
}
