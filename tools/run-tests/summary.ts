import { duration } from '../terminal/colour.ts';
import type { Counts } from './vitest-report.ts';

export interface TierResult {
  name: string;
  counts: Counts;
  ms: number;
  /** What went wrong in this tier: a lint error, or each failed test with the beginning of its message. */
  faults: string[];
}

/** The end of `npm test`. Its last line is plain and alone, so that other programs can read it. */
export function summarise(tiers: TierResult[], engines: string[]): string {
  const total = (count: keyof Counts) => tiers.reduce((sum, { counts }) => sum + counts[count], 0);
  return [
    '',
    ...tiers.map(describeTier),
    '',
    `  Ran on ${engines.length === 0 ? 'no engine' : engines.join(', ')}.`,
    '',
    `${total('passed')} passed, ${total('failed')} failed`,
  ].join('\n');
}

function describeTier({ name, counts, ms, faults }: TierResult): string {
  const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
  const glyph = hasFailed({ counts, faults }) ? '!' : '✓';
  const figures = `${counts.passed} passed, ${counts.failed} failed${skipped}`;
  return [
    `  ${glyph} ${name.padEnd(12)} ${figures} (${duration(ms)})`,
    ...faults.map((fault) => `      ${fault.replaceAll('\n', '\n      ')}`),
  ].join('\n');
}

export function hasFailed({ counts, faults }: Pick<TierResult, 'counts' | 'faults'>): boolean {
  return counts.failed > 0 || faults.length > 0;
}
