import type { HistoryVerdict } from '@hallway/testkit';
import type { CrowdCounts } from './crowd/crowd-protocol.ts';
import type { Crowd } from './crowd.ts';
import type { Random } from './random.ts';
import type { Figure } from './report/figures.ts';
import type { LogFaults } from './report/log-faults.ts';
import type { Measures } from './report/measures.ts';
import type { Fault, Load, Mark, Scenario, Stage } from './scenario.ts';
import type { Settled } from './settle.ts';
import type { ChaosSystem } from './system.ts';

export interface ScenarioRequest {
  scenario: Scenario;
  system: ChaosSystem;
  load: Load;
  random: Random;
  /** For how long things are broken. */
  seconds: number;
  short: boolean;
  folder: string;
  processes: number;
  /** For how long nothing may get better until everybody shows the same; default two minutes. */
  settleWithinMs?: number;
}

export interface ScenarioResult {
  id: string;
  title: string;
  load: Load;
  seconds: number;
  /** Between these people wrote, on the machine's clock. */
  wroteFrom: number;
  wroteTo: number;
  faults: Fault[];
  verdict: HistoryVerdict;
  crowd: CrowdCounts;
  measures: Measures;
  settled: Settled;
  logs: LogFaults;
  notes: string[];
  /** What the row of this scenario asks to report. */
  figures: Figure[];
  /** Why the scenario is not passed. Empty: it is. */
  problems: string[];
}

export interface Play {
  stage: Stage;
  faults: Fault[];
  marks: Mark[];
  notes: string[];
  problems: string[];
}

/** A scenario that was played to its end. */
export interface Ended extends Play {
  crowd: Crowd;
  counts: CrowdCounts;
  settled: Settled;
  wroteFrom: number;
  wroteTo: number;
}
