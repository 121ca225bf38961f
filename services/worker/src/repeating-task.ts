import type { Log } from '@hallway/platform';

export interface RepeatingTaskOptions {
  /** What it does, for the log. */
  what: string;
  everyMs: number;
  log: Log;
  run: () => Promise<void>;
}

/** Runs at once and then again and again, never twice at a time. A failed run is logged; the next one comes as planned. */
export function createRepeatingTask({ what, everyMs, log, run }: RepeatingTaskOptions) {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let current: Promise<void> = Promise.resolve();

  function runAndPlan(): void {
    current = run()
      .catch((error) => {
        if (!stopped) log.warn({ err: error, what }, 'a periodic task failed and goes on');
      })
      .finally(() => {
        if (!stopped) timer = setTimeout(runAndPlan, everyMs);
      });
  }

  return {
    start: runAndPlan,
    /** Resolves when the run that is under way has ended. */
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
