import { type Figure, unmeasured } from './figures.ts';
import { slopePerHour } from './process-watch.ts';

/** What one process held after a forced collection. */
export interface HeapSample {
  name: string;
  pid: number;
  at: number;
  mb: number;
}

// What an hour may add, by the design of the test.
export const slopeBarMbPerHour = 5;
/**
 * What is added once by code that is compiled and caches that fill within the window: at first such growth cannot be told from
 * a leak. In ten minutes the two together let a leak of 17 MB an hour pass, in an hour one of 7.
 */
export const onceMb = 2;
// Fewer, or over less time, say nothing.
const leastSamples = 4;
const leastMs = 4 * 60_000;
// A process that was just started is left alone for so long.
const warmUpMs = 60_000;

/** Of the longest life of each process: what it holds, and whether that grew by more than it may. */
export function heapGrowthOf(samples: HeapSample[]): { figures: Figure[]; missed: string[] } {
  const figures: Figure[] = [];
  const missed: string[] = [];
  for (const [name, own] of Map.groupBy(samples, (sample) => sample.name)) {
    const what = `memory that ${name} holds after a collection`;
    const life = longestWarmLife(own);
    const [first, last] = [life[0], life.at(-1)];
    if (first === undefined || last === undefined || life.length < leastSamples || last.at - first.at < leastMs) {
      figures.push(unmeasured(what, `it did not live for ${leastMs / 60_000} minutes of this scenario`));
      continue;
    }
    const hours = (last.at - first.at) / 3_600_000;
    const slope = slopePerHour(life);
    const grown = slope * hours;
    const minutes = Math.round(hours * 60);
    const value = `${first.mb.toFixed(1)} → ${last.mb.toFixed(1)} MB in ${minutes} min, slope ${slope.toFixed(1)} MB/h`;
    figures.push({ what, unit: `${life.length} samples`, value });
    const allowed = slopeBarMbPerHour * hours + onceMb;
    if (grown > allowed) missed.push(`${what} grew by ${grown.toFixed(1)} MB, to reach is ${allowed.toFixed(1)}`);
  }
  return { figures, missed };
}

function longestWarmLife(samples: HeapSample[]): HeapSample[] {
  const lives = [...Map.groupBy(samples, ({ pid }) => pid).values()];
  const warm = lives.map((life) => life.filter(({ at }) => at - (life[0]?.at ?? 0) >= warmUpMs));
  return warm.toSorted((a, b) => b.length - a.length)[0] ?? [];
}
