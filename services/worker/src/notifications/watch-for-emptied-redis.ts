import type { BusNames } from '@hallway/bus';
import { isCluster } from '@hallway/platform';
import type { Redis } from 'ioredis';

export interface WatchDeps {
  /** The clients of every Redis that holds events or jobs. */
  clients: Redis[];
  names: BusNames;
  rebuild: () => Promise<void>;
}

/**
 * Rebuilds when it is first called, and whenever a Redis has lost the mark that is left there afterwards: it was emptied,
 * or is a new one, or one node of a Cluster was. The mark is set only after a rebuild that came to its end.
 */
export function createRebuildWhenEmptied({ clients, names, rebuild }: WatchDeps) {
  const marksOf = (client: Redis) => (isCluster(client) ? names.workerMarksInCluster : [names.workerMark]);
  const places = clients.flatMap((client) => marksOf(client).map((mark) => ({ client, mark })));
  let isFirst = true;

  return async function rebuildWhenEmptied(): Promise<void> {
    const marks = await Promise.all(places.map(({ client, mark }) => client.exists(mark)));
    if (!isFirst && marks.every((mark) => mark === 1)) return;
    await rebuild();
    await Promise.all(places.map(({ client, mark }) => client.set(mark, new Date().toISOString())));
    isFirst = false;
  };
}
