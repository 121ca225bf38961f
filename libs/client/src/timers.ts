import type { FaultListener } from './faults.ts';

/** Every timer of a client, so that `destroy` can end them all. */
export interface Timers {
  /** Calls `run` once; answers the function that prevents it. */
  after(ms: number, run: () => void): () => void;
  clearAll(): void;
}

// A longer delay overflows in `setTimeout` and fires at once.
const longestDelayMs = 2 ** 31 - 1;

export function createTimers(onFault: FaultListener): Timers {
  const pending = new Set<ReturnType<typeof setTimeout>>();
  let ended = false;
  return {
    after(ms, run) {
      if (ended) return () => undefined;
      const handle = setTimeout(
        () => {
          pending.delete(handle);
          try {
            run();
          } catch (cause) {
            onFault({ at: 'timer', cause });
          }
        },
        Math.min(Math.max(0, ms), longestDelayMs),
      );
      pending.add(handle);
      return () => {
        clearTimeout(handle);
        pending.delete(handle);
      };
    },
    clearAll() {
      ended = true;
      for (const handle of pending) clearTimeout(handle);
      pending.clear();
    },
  };
}
