import type { Campus, CampusRequest } from './campus.ts';
import type { CrowdCounts } from './crowd/crowd-protocol.ts';
import type { Crowd } from './crowd.ts';
import type { Random } from './random.ts';
import type { Evidence } from './report/evidence.ts';
import type { Row } from './report/figures.ts';
import type { Measures } from './report/measures.ts';
import type { RunRecords } from './report/run-records.ts';
import type { ChaosSystem } from './system.ts';

export interface Load extends CampusRequest {
  /** Messages that all clients together write. */
  perSecond: number;
}

/** Something that was broken for a while, on the machine's clock. A kill begins and ends in the same moment. */
export interface Fault {
  label: string;
  beganAt: number;
  endedAt: number;
}

/** A number that a scenario took while it played, for its own figures. */
export interface Mark {
  what: string;
  value: number;
  at: number;
}

/** Where a scenario plays: what it may break, and the clock by which it does. */
export interface Stage {
  system: ChaosSystem;
  crowd: Crowd;
  campus: Campus;
  random: Random;
  /** A few seconds instead of minutes. */
  short: boolean;
  /** For how long things are broken. */
  seconds: number;
  load: Load;
  /** Breaks something for as long as `during` runs. How long it took to heal is measured from its end. */
  fault: (label: string, during?: () => void | Promise<void>) => Promise<void>;
  /** A fact for the report that the measures do not know. */
  note: (line: string) => void;
  mark: (what: string, value: number) => void;
  pause: (ms: number) => Promise<void>;
  /** Waits for a condition. Rejects, naming it, when it does not come true within two minutes. */
  until: (what: string, condition: () => boolean | Promise<boolean>) => Promise<void>;
  /** The time for faults has passed. */
  isOver: () => boolean;
}

/** What a scenario must reach beyond the invariants; in milliseconds where they are times. */
export interface Bars {
  resumeP99Ms?: number;
  healP99Ms?: number;
  takeOverMaxMs?: number;
  failedSends?: number;
  /** From the end of the faults until everybody shows the same, counts included. */
  settledMs?: number;
}

/** What the clients tell when it is over. */
export interface Seen {
  records: RunRecords;
  counts: CrowdCounts;
}

export interface Scenario {
  id: string;
  title: string;
  /** Replaces parts of the load of the run, which is a small one where `short` says so. */
  load?: (usual: Load, short: boolean) => Load;
  bars: Bars;
  /** What the processes are told, by the kind of run, which then has a system of its own; default: nothing. */
  environment?: { full: Record<string, string>; short?: Record<string, string> };
  /** Plays only where its id was asked for: it takes as long as many others together. */
  onlyWhenAsked?: true;
  /** Seconds that a short run takes; default 7. */
  shortSeconds?: number;
  /** Breaks things until `isOver`, while everybody writes. */
  disturb: (stage: Stage) => Promise<void>;
  /** Looks at what only this scenario can tell; answers what is wrong. After everything has settled. */
  examine?: (stage: Stage, measures: Measures, seen: Seen) => Promise<string[]>;
  /** What the row of this scenario asks to report, and what it missed. */
  report?: (evidence: Evidence) => Row | Promise<Row>;
}
