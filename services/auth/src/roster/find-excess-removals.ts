import type { ChangeKind } from './roster-changes.ts';
import type { KindSummary } from './tally-changes.ts';

export interface ExcessRemoval {
  kind: ChangeKind;
  ended: number;
  inForce: number;
}

/** An export that was cut short ends thousands of enrolments; people leave in smaller numbers, but for a change of year. */
const toleratedShare = 0.1;

/** The kinds of which an import would end more than a tenth. */
export function findExcessRemovals(summaries: readonly KindSummary[]): ExcessRemoval[] {
  return summaries
    .filter(({ counts, inForce }) => counts.ended > inForce * toleratedShare)
    .map(({ kind, counts, inForce }) => ({ kind, ended: counts.ended, inForce }));
}
