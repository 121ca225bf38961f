import type { Fault } from '../scenario.ts';
import type { RunRecords } from './run-records.ts';

/**
 * For each fault: the longest time without any acknowledgement that overlaps it, in milliseconds. It may begin before the
 * fault, by what people happened not to write, and ends with the first message that is acknowledged again.
 */
export function silencesOf({ acked }: Pick<RunRecords, 'acked'>, faults: Fault[]): number[] {
  const times = acked.map(({ at }) => at).toSorted((a, b) => a - b);
  const silences = times.slice(1).map((at, place) => ({ from: times[place] ?? at, to: at }));
  return faults.flatMap(({ beganAt, endedAt }) => {
    const met = silences.filter(({ from, to }) => from <= endedAt && to >= beganAt);
    return met.length === 0 ? [] : [Math.max(...met.map(({ from, to }) => to - from))];
  });
}
