import { createMongo, createRedis, type Log, waitForRedis } from '@hallway/platform';
import type { WorkerConfig } from './config.ts';
import { assertNothingIsEvicted } from './queue-policy.ts';

/** The connections of a worker. Each blocking one is of its own, because nothing else can pass while it waits. */
export function openStores(config: WorkerConfig, log: Log) {
  const { REDIS_URL, QUEUE_REDIS_URL, MONGODB_URI } = config;
  const mongo = createMongo({ uri: MONGODB_URI, appName: 'hallway-worker', log });
  const redis = createRedis({ url: REDIS_URL, log, role: 'worker', kind: 'commands' });
  const events = createRedis({ url: REDIS_URL, log, role: 'worker-events', kind: 'blocking' });
  // Adding a job fails fast while Redis is away, so that a batch of events is given back instead of piling up.
  const jobs = createRedis({ url: QUEUE_REDIS_URL, log, role: 'worker-jobs', kind: 'producer' });
  const queue = createRedis({ url: QUEUE_REDIS_URL, log, role: 'worker-queue', kind: 'queue' });
  const clients = [redis, events, jobs, queue];

  return {
    mongo,
    redis,
    events,
    jobs,
    queue,
    byRole: { commands: redis, events, jobs, queue },
    /** Rejects when a store does not answer, or would lose jobs. */
    async ready(): Promise<void> {
      await Promise.all([mongo.ready(), ...clients.map((client) => waitForRedis(client))]);
      await assertNothingIsEvicted({ queueRedis: jobs, environment: config.HALLWAY_ENV, log });
    },
    async close(): Promise<void> {
      for (const client of clients) client.disconnect();
      await mongo.close();
    },
  };
}

export type Stores = ReturnType<typeof openStores>;
