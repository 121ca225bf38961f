import { limits } from '@hallway/contracts';
import { toBackoffMs } from './backoff.ts';
import { type FaultListener, inBackground } from './faults.ts';
import type { FetchHistory } from './history.ts';
import type { MissedMessages } from './timeline-data.ts';
import type { Timers } from './timers.ts';

interface Gap {
  /** Exclusive. */
  after: number;
  /** Exclusive. */
  before: number;
}

interface GapRepairDeps {
  chatRoomId: string;
  fetchHistory: FetchHistory;
  findGap: () => Gap | null;
  onMissed: (answer: MissedMessages) => void;
  /** An answer that brings what every open room misses is on its way. */
  isCatchingUp: () => boolean;
  timers: Timers;
  random: () => number;
  onFault: FaultListener;
}

// Two messages that overtake each other on their way are no gap; anything missing for longer is.
const gapPatienceMs = 300;
// An answer to everything that is missed fills the gap as well, and after a break everybody waits for one: asking for each
// room beside it would double the work of a store that has just come back. One that takes longer is not waited for.
const catchUpPatienceMs = 5_000;

export interface GapRepair {
  /** To be called whenever the timeline changed. */
  look(): void;
  end(): void;
}

/** Fetches exactly what is missing, page by page, once it has been missing for a while. One request at a time. */
export function createGapRepair(deps: GapRepairDeps): GapRepair {
  let watched: number | null = null;
  let attempt = 0;
  let waitedForCatchUp = 0;
  let ended = false;
  let cancel: () => void = () => undefined;

  function wait(gap: Gap, inMs: number): void {
    cancel();
    watched = gap.after;
    cancel = deps.timers.after(inMs, () => inBackground('timeline.gap', deps.onFault, () => repair()));
  }

  async function repair(): Promise<void> {
    const gap = deps.findGap();
    if (gap === null || ended) return;
    if (deps.isCatchingUp() && waitedForCatchUp < catchUpPatienceMs) {
      waitedForCatchUp += gapPatienceMs;
      wait(gap, gapPatienceMs);
      return;
    }
    try {
      const missed = await deps.fetchHistory(deps.chatRoomId, { ...gap, limit: limits.pageMax });
      watched = null;
      if (!ended) deps.onMissed(missed);
    } finally {
      continueFrom(gap.after);
    }
  }

  /** A page that moved the head is followed by the next at once; one that did not is tried again later and later. */
  function continueFrom(after: number): void {
    const left = deps.findGap();
    watched = null;
    if (left === null || ended) return;
    attempt = left.after > after ? 0 : attempt + 1;
    wait(left, attempt === 0 ? 0 : toBackoffMs({ attempt, random: deps.random }));
  }

  return {
    look() {
      const gap = deps.findGap();
      if (gap !== null && gap.after === watched) return;
      cancel();
      watched = null;
      waitedForCatchUp = 0;
      if (gap === null) attempt = 0;
      else if (!ended) wait(gap, gapPatienceMs);
    },
    end() {
      ended = true;
      cancel();
    },
  };
}
