import { availableParallelism } from 'node:os';
import { AppError } from '@hallway/platform';

export interface HashingQueueOptions {
  /** Work that runs at the same time. */
  atOnce?: number;
  /** Work that may wait. */
  waiting?: number;
  /** Of it, work for one account. */
  waitingForOne?: number;
}

// Node's pool has four threads; one stays free for files and name look-ups.
const hashingThreads = Math.max(1, Math.min(3, availableParallelism()));
// At thirty hashes a second the last in the queue waits ten seconds: nobody waits longer for a sign-in.
const longestQueue = 300;
// All devices of a person come back at once at most; two thousand guesses for one account leave room for everybody else.
const longestForOne = 50;
const retryAfterMs = 5000;

/**
 * Runs a few hashes at a time and lets a bounded number wait, of each account a few. Throws `TEMPORARILY_UNAVAILABLE` when the
 * queue is full, and `RATE_LIMITED` when the part of the account is.
 */
export function createHashingQueue(options: HashingQueueOptions = {}) {
  const { atOnce = hashingThreads, waiting = longestQueue, waitingForOne = longestForOne } = options;
  const queue: (() => void)[] = [];
  const waitingOf = new Map<string, number>();
  let running = 0;

  async function waitInLine(account: string): Promise<void> {
    const ofThisOne = waitingOf.get(account) ?? 0;
    if (ofThisOne >= waitingForOne) {
      throw new AppError({ code: 'RATE_LIMITED', internal: 'too many sign-ins of one account at once', retryAfterMs });
    }
    if (queue.length >= waiting) {
      throw new AppError({ code: 'TEMPORARILY_UNAVAILABLE', internal: 'too many sign-ins at once', retryAfterMs });
    }
    waitingOf.set(account, ofThisOne + 1);
    // Whoever ends hands their place over, so that `running` stays as it is.
    await new Promise<void>((resolve) => queue.push(resolve));
    const left = (waitingOf.get(account) ?? 1) - 1;
    if (left === 0) waitingOf.delete(account);
    else waitingOf.set(account, left);
  }

  return async function inTurn<T>(account: string, work: () => Promise<T>): Promise<T> {
    if (running >= atOnce) await waitInLine(account);
    else running += 1;
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
