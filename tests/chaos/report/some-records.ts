import type { RunRecords } from './run-records.ts';

/** Records of a run in which nothing happened but what is given: for tests of the measures. */
export function someRecords(parts: Partial<RunRecords>): RunRecords {
  return {
    ...{ acked: [], open: [], breaks: [], caughtUp: [], ports: [] },
    ...{ shown: new Map(), received: new Map(), endedAt: new Map(), lastHeardAt: new Map() },
    ...parts,
  };
}
