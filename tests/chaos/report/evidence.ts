import type { DatabaseDump, HistoryVerdict } from '@hallway/testkit';
import type { CrowdCounts } from '../crowd/crowd-protocol.ts';
import type { Fault, Load, Mark, Stage } from '../scenario.ts';
import type { Measures } from './measures.ts';
import type { RunRecords } from './run-records.ts';

/** Everything that is known of a scenario when it is over. Figures are made of this and of nothing else. */
export interface Evidence {
  stage: Stage;
  load: Load;
  /** When people began to write, and when they stopped. */
  wroteFrom: number;
  wroteTo: number;
  /** When the scenario began, its preparations included: logs from then on are its own. */
  beganAt: number;
  faults: Fault[];
  marks: Mark[];
  records: RunRecords;
  measures: Measures;
  /** Of the scenario's own rooms. */
  dump: DatabaseDump;
  verdict: HistoryVerdict;
  crowd: CrowdCounts;
}

/** What was marked under this name, in the order of time. */
export function marked(marks: Mark[], what: string): number[] {
  return marks.filter((mark) => mark.what === what).map(({ value }) => value);
}
