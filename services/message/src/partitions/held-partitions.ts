import type { PartitionLeases } from './partition-leases.ts';

/**
 * The partitions that this process holds. A partition is unprepared until what earlier owners left pending is committed.
 */
export function createHeldPartitions(leases: PartitionLeases) {
  const prepared = new Map<number, boolean>();
  let wanted: number[] = [];

  return {
    /** Renews what is held and takes what is free and should be ours. Rejects while Redis is away. */
    async renew(): Promise<void> {
      wanted = await leases.beat();
      const held = await leases.hold([...new Set([...wanted, ...prepared.keys()])]);
      for (const partition of [...prepared.keys()]) if (!held.includes(partition)) prepared.delete(partition);
      for (const partition of held) if (!prepared.has(partition)) prepared.set(partition, false);
    },
    all: () => [...prepared.keys()],
    unprepared: () => [...prepared.keys()].filter((partition) => !prepared.get(partition)),
    setPrepared(partition: number): void {
      if (prepared.has(partition)) prepared.set(partition, true);
    },
    /** What was read and not committed is pending now, and has to come before anything newer. */
    setAllUnprepared(): void {
      for (const partition of prepared.keys()) prepared.set(partition, false);
    },
    /** Hands over what others should own; answers which. To be called while nothing is in flight. */
    async releaseUnwanted(): Promise<number[]> {
      const unwanted = [...prepared.keys()].filter((partition) => !wanted.includes(partition));
      for (const partition of unwanted) prepared.delete(partition);
      if (unwanted.length > 0) await leases.release(unwanted);
      return unwanted;
    },
    /** Gives everything back, so that others go on at once. */
    async leave(): Promise<void> {
      const partitions = [...prepared.keys()];
      prepared.clear();
      await leases.leave();
      await leases.release(partitions);
    },
  };
}
