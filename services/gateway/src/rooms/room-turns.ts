import { AppError } from '@hallway/platform';

// Operations of one socket that wait for earlier ones: a client that opens and closes rooms as fast as a finger goes, many
// times over. What each holds is its small payload.
const waitingLimit = 100;
// By then most of what waits has had its turn.
const retryAfterMs = 1000;

/**
 * Lets what one socket does to its rooms happen in the order in which it came: each operation waits for the earlier ones
 * that name a room (or any other key) of its own, and for no others. An operation waits only for earlier ones, so that they
 * cannot wait for each other in a circle. Rejects with `RATE_LIMITED` when too many wait.
 */
export function createRoomTurns() {
  /** The end of the newest operation on each key; nothing is kept of a key that nobody works on. */
  const newest = new Map<string, Promise<void>>();
  let waiting = 0;

  async function waitFor(earlier: Promise<void>[]): Promise<void> {
    if (earlier.length === 0) return;
    waiting += 1;
    await Promise.all(earlier);
    waiting -= 1;
  }

  return async function inTurn<T>(keys: readonly string[], work: () => Promise<T> | T): Promise<T> {
    const earlier = keys.flatMap((key) => newest.get(key) ?? []);
    if (earlier.length > 0 && waiting >= waitingLimit) {
      throw new AppError({ code: 'RATE_LIMITED', internal: 'too many room operations wait', retryAfterMs });
    }
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    for (const key of keys) newest.set(key, ended);
    try {
      await waitFor(earlier);
      return await work();
    } finally {
      for (const key of keys) if (newest.get(key) === ended) newest.delete(key);
      end();
    }
  };
}

export type InTurn = ReturnType<typeof createRoomTurns>;
