import type { BusNames } from '@hallway/bus';
import type { Redis } from 'ioredis';

export interface WatchDeps {
  /** The clients of every Redis that holds events or jobs. */
  clients: Redis[];
  names: BusNames;
  rebuild: () => Promise<void>;
}

/**
 * Rebuilds when it is first called, and whenever a Redis has lost the mark that is left there afterwards: it was emptied,
 * or is a new one. The mark is set only after a rebuild that came to its end.
 */
export function createRebuildWhenEmptied({ clients, names, rebuild }: WatchDeps) {
  let isFirst = true;

  return async function rebuildWhenEmptied(): Promise<void> {
    const marks = await Promise.all(clients.map((client) => client.exists(names.workerMark)));
    if (!isFirst && marks.every((mark) => mark === 1)) return;
    await rebuild();
    await Promise.all(clients.map((client) => client.set(names.workerMark, new Date().toISOString())));
    isFirst = false;
  };
}
