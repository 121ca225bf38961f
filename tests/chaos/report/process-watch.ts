import { readdirSync, readFileSync } from 'node:fs';

/** Of the longest life of a process that was watched, its first minute left out. */
export interface MemoryTrend {
  name: string;
  minutes: number;
  firstMb: number;
  lastMb: number;
  /**
   * Resident memory, least squares over the second half of that life. Null where the half was too short to say anything: a
   * collector that was not asked gives back memory when it likes.
   */
  slopeMbPerHour: number | null;
  /** Open files, sockets among them, at the beginning and at the end. */
  firstFiles: number;
  lastFiles: number;
}

/** When people wrote, on the machine's clock. After it each client reads all there is, which says nothing of a day's work. */
export interface WritingSpan {
  wroteFrom: number;
  wroteTo: number;
}

interface Sample {
  at: number;
  pid: number;
  mb: number;
  files: number;
}

const sampleEveryMs = 2000;
// Compilation and caches fill in the beginning.
const warmUpMs = 60_000;
// A slope over less is noise of the garbage collector.
const leastHalfMs = 5 * 60_000;

/** Watches the memory and the open files of processes, found by name at each look. Linux only; elsewhere it sees nothing. */
export function watchProcesses(names: string[], findPid: (name: string) => number) {
  const samples = new Map<string, Sample[]>(names.map((name) => [name, []]));
  const look = () => {
    for (const [name, list] of samples) {
      const sample = takeSample(name, findPid);
      if (sample !== null) list.push(sample);
    }
  };
  const timer = setInterval(look, sampleEveryMs);
  return {
    stop: () => clearInterval(timer),
    /** Over these times, in which everything else is left out. */
    trends: (spans: WritingSpan[]): MemoryTrend[] =>
      [...samples].flatMap(([name, list]) => toTrend(name, duringAny(spans, list))),
  };
}

/** Exported for its test. */
export function duringAny<T extends { at: number }>(spans: WritingSpan[], samples: T[]): T[] {
  return samples.filter(({ at }) => spans.some(({ wroteFrom, wroteTo }) => at >= wroteFrom && at <= wroteTo));
}

function takeSample(name: string, findPid: (name: string) => number): Sample | null {
  try {
    const pid = findPid(name);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kb = /^VmRSS:\s+(\d+)/m.exec(status)?.[1];
    // One that has just ended is still listed, and has nothing any more.
    if (kb === undefined) return null;
    return { at: Date.now(), pid, mb: Number(kb) / 1024, files: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    // It is just being started again, or this is no Linux.
    return null;
  }
}

function toTrend(name: string, samples: Sample[]): MemoryTrend[] {
  const lives = [...Map.groupBy(samples, ({ pid }) => pid).values()];
  const longest = lives.toSorted((a, b) => b.length - a.length)[0];
  const begin = longest?.[0]?.at ?? 0;
  const warm = longest?.filter(({ at }) => at - begin >= warmUpMs) ?? [];
  const [first, last] = [warm[0], warm.at(-1)];
  if (first === undefined || last === undefined) return [];
  const [lived, middle] = [last.at - first.at, (first.at + last.at) / 2];
  const half = warm.filter(({ at }) => at >= middle).map(({ at, mb }) => ({ at, mb }));
  return [
    {
      name,
      minutes: Math.round((lived / 60_000) * 10) / 10,
      ...{ firstMb: Math.round(first.mb), lastMb: Math.round(last.mb) },
      slopeMbPerHour: lived / 2 < leastHalfMs ? null : Math.round(slopePerHour(half) * 10) / 10,
      ...{ firstFiles: first.files, lastFiles: last.files },
    },
  ];
}

/** Least squares, in megabytes an hour. */
export function slopePerHour(samples: { at: number; mb: number }[]): number {
  const hours = samples.map(({ at }) => at / 3_600_000);
  const [meanX, meanY] = [mean(hours), mean(samples.map(({ mb }) => mb))];
  const covariance = samples.reduce((sum, { mb }, index) => sum + ((hours[index] ?? 0) - meanX) * (mb - meanY), 0);
  const variance = hours.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
