import { setTimeout as wait } from 'node:timers/promises';
import type { Connection } from 'mongoose';

interface LockRecord {
  _id: string;
  holder: string;
  heldUntil: Date;
}

export interface LockTimes {
  /** For how long a holder that died keeps others waiting. */
  heldMs: number;
  renewMs: number;
}

export interface SchemaLock {
  /** Aborted when somebody else may be at work: the lock could not be renewed in time. */
  signal: AbortSignal;
  release(): Promise<void>;
}

// A step may be one long command during which nothing else of this process is late: the timer renews beside it.
const usualTimes: LockTimes = { heldMs: 30_000, renewMs: 5000 };
const duplicateKey = 11_000;
const askEveryMs = 250;

/**
 * One runner at a time for each part of the schema. The database decides who holds the lock, by one document; a holder that died
 * loses it after `heldMs`. Clocks that differ by more than that could let two in: every step may be run twice, for that too.
 */
export function createSchemaLock(connection: Connection, { heldMs, renewMs }: LockTimes = usualTimes) {
  const locks = connection.collection<LockRecord>('schemaLocks');

  async function take(part: string, holder: string): Promise<boolean> {
    const now = new Date();
    const free = { _id: part, $or: [{ heldUntil: { $lt: now } }, { holder }] };
    const $set = { holder, heldUntil: new Date(now.getTime() + heldMs) };
    try {
      await locks.updateOne(free, { $set }, { upsert: true });
      return true;
    } catch (error) {
      // It is there and not free, so that the upsert wanted a second one.
      if ((error as { code?: unknown }).code === duplicateKey) return false;
      throw error;
    }
  }

  function keep(part: string, holder: string): SchemaLock {
    const controller = new AbortController();
    let heldUntil = Date.now() + heldMs;
    const renew = async () => {
      const next = Date.now() + heldMs;
      const isOurs = await take(part, holder).catch(() => null);
      if (isOurs) heldUntil = next;
      if (isOurs === false || Date.now() > heldUntil)
        controller.abort(new Error(`the schema lock of ${part} was lost`));
    };
    const timer = setInterval(() => void renew(), renewMs);
    return {
      signal: controller.signal,
      async release() {
        clearInterval(timer);
        await locks.deleteOne({ _id: part, holder });
      },
    };
  }

  return {
    /** Waits for the lock at most `withinMs`; null when somebody else holds it all the while. `holder` is of one run alone. */
    async acquire(
      part: string,
      { holder, withinMs }: { holder: string; withinMs: number },
    ): Promise<SchemaLock | null> {
      const end = Date.now() + withinMs;
      while (!(await take(part, holder))) {
        if (Date.now() > end) return null;
        await wait(Math.min(askEveryMs, heldMs));
      }
      return keep(part, holder);
    },
  };
}
