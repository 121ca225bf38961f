import { type CommandEntry, type CommandReader, createLoop, toBatches } from '@hallway/bus';
import type { Log, OnRound } from '@hallway/platform';
import { createHeldPartitions } from './held-partitions.ts';
import { type PartitionLeases, renewEveryMs } from './partition-leases.ts';

export interface PartitionOwnerDeps {
  leases: PartitionLeases;
  reader: CommandReader;
  /** Commits a batch and answers it. Rejects when a store is away: the batch then stays pending and comes again. */
  commitBatch: (entries: CommandEntry[]) => Promise<void>;
  /** Takes events off the streams of these partitions that nobody needs any more. */
  trimEvents: (partitions: number[]) => Promise<void>;
  log: Log;
  onRound?: OnRound;
}

// How long a read waits for the first command. A partition that was just won waits at most this long for its reader.
const blockMs = 400;
const idleMs = 100;
const tidyEveryMs = 20_000;
// Longer than any commit takes, so that nothing in work is taken for forgotten.
const forgottenAfterMs = 10_000;

/**
 * Owns partitions and commits what comes in, one batch at a time: while one is written the next gathers in Redis, so that a
 * quiet service commits at once and a busy one hundreds together, without a timer.
 */
export function createPartitionOwner(deps: PartitionOwnerDeps) {
  const { leases, reader, log, onRound } = deps;
  const commitInBatches = createCommitInBatches(deps);
  const tidy = createTidy(deps);
  const held = createHeldPartitions(leases);
  const claimForgotten = createClaimForgotten(reader, commitInBatches);
  const timers: NodeJS.Timeout[] = [];

  async function commitLast(): Promise<void> {
    const last = commitInBatches(await reader.readLast());
    await last.catch((error) => log.warn({ err: error }, 'the last commands stay pending for the next owner'));
  }

  async function commitPending(partition: number): Promise<void> {
    await reader.prepare(partition);
    for (;;) {
      const entries = await reader.claimPending(partition);
      if (entries.length === 0) return held.setPrepared(partition);
      await commitInBatches(entries);
    }
  }

  async function round(): Promise<void> {
    const released = await held.releaseUnwanted();
    if (released.length > 0) log.info({ partitions: released }, 'partitions handed over');
    for (const partition of held.unprepared()) await commitPending(partition);
    await claimForgotten(held.all());
    const partitions = held.all();
    if (partitions.length > 0) await commitInBatches(await reader.readNew(partitions, blockMs));
    else await new Promise((resolve) => setTimeout(resolve, idleMs));
  }

  const recover = async () => held.setAllUnprepared();
  const loop = createLoop({ what: 'commands', log, step: round, recover, onRound });

  return {
    async start(): Promise<void> {
      await held.renew();
      const renew = () =>
        void held.renew().catch((error) => log.warn({ err: error }, 'partition leases could not be renewed'));
      timers.push(setInterval(renew, renewEveryMs));
      timers.push(setInterval(() => tidy(held.all()), tidyEveryMs));
      loop.start();
    },
    /** Finishes the batch in flight, then gives everything back. */
    async stop(): Promise<void> {
      for (const timer of timers.splice(0)) clearInterval(timer);
      await loop.stop();
      await commitLast();
      await held.leave();
      await reader.leave();
    },
    /** The partitions that are held at the moment. */
    partitions: held.all,
  };
}

/** What is left when a batch fails stays pending, and is claimed again in its order. */
function createCommitInBatches({ commitBatch }: PartitionOwnerDeps) {
  return async function commitInBatches(entries: CommandEntry[]): Promise<void> {
    for (const batch of toBatches(entries, ({ command }) => command.content)) await commitBatch(batch);
  };
}

/** A reply that was lost on its way left its commands handed out to nobody: they come back after a while. */
function createClaimForgotten(reader: CommandReader, commit: (entries: CommandEntry[]) => Promise<void>) {
  let lookedAt = Date.now();

  return async function claimForgotten(partitions: number[]): Promise<void> {
    if (Date.now() - lookedAt < forgottenAfterMs) return;
    lookedAt = Date.now();
    for (const partition of partitions) await commit(await reader.claimPending(partition, forgottenAfterMs));
  };
}

/** Takes off the streams what nobody needs any more: old events, and the names of owners that died long ago. */
function createTidy({ trimEvents, reader, log }: PartitionOwnerDeps) {
  return (partitions: number[]): void => {
    trimEvents(partitions).catch((error) => log.warn({ err: error }, 'old events could not be trimmed'));
    reader.removeDead().catch((error) => log.warn({ err: error }, 'dead owners stay in their group'));
  };
}
