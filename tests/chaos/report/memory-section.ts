import { slopeBarMbPerHour } from './heap-growth.ts';
import { table } from './markdown.ts';
import type { MemoryTrend } from './process-watch.ts';

// The design asks for an hour: a collector that nobody asked makes the slope of less a matter of luck.
const judgedFromMinutes = 60;

/** Resident memory that grew by more than it may, of processes that lived for an hour. */
export function findGrown(memory: MemoryTrend[]): string[] {
  return memory
    .filter(({ minutes, slopeMbPerHour }) => minutes >= judgedFromMinutes && (slopeMbPerHour ?? 0) > slopeBarMbPerHour)
    .map(
      ({ name, slopeMbPerHour }) => `${name} grows by ${slopeMbPerHour} MB an hour, to reach is ${slopeBarMbPerHour}`,
    );
}

export function memorySection({ memory, grown }: { memory: MemoryTrend[]; grown: string[] }): string[] {
  if (memory.length === 0) return [];
  const rows = memory.map(({ name, minutes, firstMb, lastMb, slopeMbPerHour, firstFiles, lastFiles }) => [
    ...[name, String(minutes), `${firstMb} → ${lastMb}`],
    slopeMbPerHour === null ? 'too short to say' : String(slopeMbPerHour),
    `${firstFiles} → ${lastFiles}`,
  ]);
  return [
    '## Memory, over the longest life of each process in the whole run',
    '',
    'Resident memory while people wrote, its slope over the second half of that life. It is judged from an hour on: what the collector gives back',
    'and when is its own affair, and over less than that decides the slope. What shorter runs judge is in T10: what a process',
    'still holds after a forced collection.',
    '',
    ...table(['process', 'minutes', 'MB', 'MB an hour', 'open files'], rows),
    ...grown.map((one) => `\n**${one}**`),
    '',
  ];
}
