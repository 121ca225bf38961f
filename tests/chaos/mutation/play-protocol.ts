import type { HistoryVerdict } from '@hallway/testkit';

/** What the process in a copy is to play. Travels as its only argument. */
export interface PlayRequest {
  /** Ids, played one after the other. */
  scenarios: string[];
  seed: number;
  /** Data, logs and histories of everything that is started. */
  folder: string;
  /** A broken build may never come to rest. */
  settleWithinMs: number;
}

export interface PlayedScenario extends Pick<HistoryVerdict, 'violations' | 'totals'> {
  id: string;
  problems: string[];
  acknowledged: number;
  /** From the sign-in of the first client to the verdict. */
  seconds: number;
}

/** Sent once, at the end. `fault`: something could not be played to its end, perhaps because nothing `hasStarted`. */
export type PlayReply = { played: PlayedScenario[] } | { fault: string; hasStarted: boolean };
