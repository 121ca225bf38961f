import type { Connection } from 'mongoose';

interface LeaseRecord {
  _id: string;
  holder: string;
  heldUntil: Date;
}

export interface RosterLease {
  /** Aborted when somebody else may import: the lease could not be renewed in time. */
  signal: AbortSignal;
  release(): Promise<void>;
}

export interface LeaseTimes {
  /** For how long a holder that died keeps others waiting. */
  heldMs: number;
  renewMs: number;
}

const usualTimes: LeaseTimes = { heldMs: 15_000, renewMs: 3000 };
const leaseId = 'roster-import';
const duplicateKey = 11_000;

/**
 * Two imports at once would each end what the other one adds. Whoever holds the lease imports; it is renewed while the import
 * runs, and a holder that died loses it after a few seconds. Clocks that differ by more than that could let two in: imports are
 * started by people or once a night, and each document is still written as a whole.
 */
export function createRosterLease(connection: Connection, { heldMs, renewMs }: LeaseTimes = usualTimes) {
  const leases = connection.collection<LeaseRecord>('leases');

  async function take(holder: string): Promise<boolean> {
    const now = new Date();
    const free = { _id: leaseId, $or: [{ heldUntil: { $lt: now } }, { holder }] };
    const $set = { holder, heldUntil: new Date(now.getTime() + heldMs) };
    try {
      await leases.updateOne(free, { $set }, { upsert: true });
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === duplicateKey) return false;
      throw error;
    }
  }

  function keep(holder: string): RosterLease {
    const controller = new AbortController();
    let heldUntil = Date.now() + heldMs;
    const renew = async () => {
      const next = Date.now() + heldMs;
      const isOurs = await take(holder).catch(() => null);
      if (isOurs) heldUntil = next;
      if (isOurs === false || Date.now() > heldUntil) controller.abort(new Error('another import has taken over'));
    };
    const timer = setInterval(() => void renew(), renewMs);
    return {
      signal: controller.signal,
      release: async () => {
        clearInterval(timer);
        await leases.deleteOne({ _id: leaseId, holder });
      },
    };
  }

  return {
    /** Waits for a lease at most `withinMs`; null when somebody else holds it all the while. */
    async acquire(holder: string, { withinMs, onWait }: { withinMs: number; onWait: () => void }) {
      const end = Date.now() + withinMs;
      while (!(await take(holder))) {
        if (Date.now() > end) return null;
        onWait();
        await new Promise((resolve) => setTimeout(resolve, Math.min(1000, renewMs)));
      }
      return keep(holder);
    },
  };
}
