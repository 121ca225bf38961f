import { availableParallelism } from 'node:os';
import { AppError } from '@hallway/platform';

export interface HashingQueueOptions {
  /** Work that runs at the same time. */
  atOnce?: number;
  /** Work that may wait. */
  waiting?: number;
}

// Node's pool has four threads; one stays free for files and name look-ups.
const hashingThreads = Math.max(1, Math.min(3, availableParallelism()));
// At thirty hashes a second the last in the queue waits ten seconds: nobody waits longer for a sign-in.
const longestQueue = 300;
const retryAfterMs = 5000;

/** Runs a few hashes at a time and lets a bounded number wait; throws `TEMPORARILY_UNAVAILABLE` to the rest. */
export function createHashingQueue({ atOnce = hashingThreads, waiting = longestQueue }: HashingQueueOptions = {}) {
  const queue: (() => void)[] = [];
  let running = 0;

  return async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= atOnce) {
      if (queue.length >= waiting) {
        throw new AppError({ code: 'TEMPORARILY_UNAVAILABLE', internal: 'too many sign-ins at once', retryAfterMs });
      }
      // Whoever ends hands their place over, so that `running` stays as it is.
      await new Promise<void>((resolve) => queue.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

export type HashingQueue = ReturnType<typeof createHashingQueue>;
