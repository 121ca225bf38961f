import { isOperatorFault, type Log, type OnRound } from '@hallway/platform';

export interface LoopOptions {
  /** What the loop does, for the log. */
  what: string;
  log: Log;
  /** One round; blocks by itself when there is nothing to do. */
  step: () => Promise<void>;
  /** Run after a failed round, before the next: makes a missing consumer group, for example. */
  recover?: () => Promise<void>;
  /** Hears of each round that ended while the loop runs. */
  onRound?: OnRound | undefined;
}

// Long enough that a store that is away is not hammered, short enough that nobody notices the wait on its return.
const pauseMs = 200;

/**
 * Repeats `step` until it is stopped. A failed round is tried again after a pause, for ever; of failures in a row that say the
 * same, the first is logged.
 */
export function createLoop({ what, log, step, recover, onRound }: LoopOptions) {
  let running = false;
  let loop: Promise<void> = Promise.resolve();
  let lastFailure: string | null = null;

  function report(error: Error): void {
    // The group is missing on a new or emptied Redis: that is what `recover` is for.
    if (error.message.includes('NOGROUP') || error.message === lastFailure) return;
    lastFailure = error.message;
    log[isOperatorFault(error) ? 'error' : 'warn']({ err: error, what }, 'a loop failed and goes on');
  }

  async function round(): Promise<void> {
    try {
      await step();
      lastFailure = null;
      onRound?.(what, true);
    } catch (error) {
      if (!running) return;
      report(error as Error);
      onRound?.(what, false);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await recover?.().catch(() => undefined);
    }
  }

  async function run(): Promise<void> {
    while (running) await round();
  }

  return {
    start(): void {
      running = true;
      loop = run();
    },
    /** Resolves when the round that is under way has ended. */
    async stop(): Promise<void> {
      running = false;
      await loop;
    },
  };
}

export type Loop = ReturnType<typeof createLoop>;
