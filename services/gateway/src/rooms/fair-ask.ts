import type { Ask } from '@hallway/bus';
import type { ServiceRequestName, ServiceRequestParams, ServiceRequestResult } from '@hallway/contracts';
import { AppError, storeAwayRetryMs } from '@hallway/platform';

export interface FairAskOptions {
  ask: Ask;
  isRedisAway: () => boolean;
  now?: () => number;
}

// What one person may have the message services work on through this gateway: several tabs are served side by side, and
// everybody else's requests meet at most this many of theirs.
const inWorkLimit = 8;
// What may wait behind those: tabs that come back together and open thirty rooms each.
const waitingLimit = 200;
// A client gives up on what took longer, so that asking for it would be work for nobody.
const waitLimitMs = 5000;
const retryAfterMs = 1000;

// What the gateway asks for all at once, in batches of its own, stands in a queue that is no person's.
const everybody = '';

interface Turn {
  since: number;
  begin: () => void;
  refuse: (error: AppError) => void;
}

interface PersonQueue {
  inWork: number;
  waiting: Turn[];
}

/**
 * Asks the message services, a few questions of one person at a time, so that nobody can keep them busy alone. The rest
 * wait in order; beyond a bound they are refused with `RATE_LIMITED`, and with `TEMPORARILY_UNAVAILABLE` when their turn
 * comes too late, or at once while Redis is away.
 */
export function createFairAsk({ ask, isRedisAway, now = Date.now }: FairAskOptions): Ask {
  /** Holds only people who have something in work. */
  const queues = new Map<string, PersonQueue>();

  function enter(userId: string): Promise<void> {
    const queue = queues.get(userId) ?? { inWork: 0, waiting: [] };
    queues.set(userId, queue);
    if (queue.inWork < inWorkLimit) {
      queue.inWork += 1;
      return Promise.resolve();
    }
    if (queue.waiting.length >= waitingLimit) return Promise.reject(tooMany());
    return new Promise((begin, refuse) => queue.waiting.push({ since: now(), begin, refuse }));
  }

  /** Hands the place on to the first who has not waited too long. */
  function leave(userId: string): void {
    const queue = queues.get(userId);
    if (!queue) return;
    for (let turn = queue.waiting.shift(); turn; turn = queue.waiting.shift()) {
      if (now() - turn.since <= waitLimitMs) {
        turn.begin();
        return;
      }
      turn.refuse(tooLate());
    }
    queue.inWork -= 1;
    if (queue.inWork === 0) queues.delete(userId);
  }

  return async function askFairly<N extends ServiceRequestName>(
    name: N,
    params: ServiceRequestParams<N>,
  ): Promise<ServiceRequestResult<N>> {
    const userId = 'userId' in params ? params.userId : everybody;
    await enter(userId);
    try {
      if (isRedisAway()) throw away();
      return await ask(name, params);
    } finally {
      leave(userId);
    }
  };
}

function tooMany(): AppError {
  return new AppError({ code: 'RATE_LIMITED', internal: 'too many requests of one person wait', retryAfterMs });
}

function tooLate(): AppError {
  return new AppError({ code: 'TEMPORARILY_UNAVAILABLE', internal: 'a request waited too long', retryAfterMs });
}

function away(): AppError {
  return new AppError({
    code: 'TEMPORARILY_UNAVAILABLE',
    internal: 'Redis is away',
    retryAfterMs: storeAwayRetryMs,
  });
}
