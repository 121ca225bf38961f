import type { BusNames } from '@hallway/bus';
import { jobCatalogue } from '@hallway/contracts';
import type { Log } from '@hallway/platform';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { WorkerMetrics } from '../worker-metrics.ts';
import { dueAt } from './due-at.ts';

export interface QueueAgesOptions {
  connection: Redis;
  names: BusNames;
  log: Log;
  metrics: WorkerMetrics;
}

// The first three wait. A delayed job that is due waits as well: no worker was there to move it.
const countedStates = ['waiting', 'prioritized', 'delayed', 'active'] as const;

/** For how long the first job of a state could have run, in milliseconds; not positive where it is not due. */
async function findOldestAge(queue: Queue, state: (typeof countedStates)[number]): Promise<number> {
  const [oldest] = await queue.getJobs(state, 0, 0, true);
  return oldest ? Date.now() - dueAt(oldest) : 0;
}

/** Measures how far each queue lags behind: the first sign that there are too few workers, or a stuck one. */
export function createQueueAges({ connection, names, log, metrics }: QueueAgesOptions) {
  const queueNames = new Set(Object.values(jobCatalogue).map((entry) => entry.queue));
  const queues = [...queueNames].map((name) => {
    const queue = new Queue(name, { connection, prefix: names.jobs });
    // That Redis is away is said once, by its client; here it would be said at each attempt to come back.
    queue.on('error', (error) => {
      if (connection.status === 'ready') log.warn({ err: error, queue: name }, 'a queue failed');
    });
    return queue;
  });

  return {
    async measure(): Promise<void> {
      for (const queue of queues) {
        const counts = await queue.getJobCounts(...countedStates);
        for (const state of countedStates) metrics.queueJobs.set({ queue: queue.name, state }, counts[state] ?? 0);
        const ages = await Promise.all(countedStates.slice(0, 3).map((state) => findOldestAge(queue, state)));
        metrics.queueOldestAge.set({ queue: queue.name }, Math.max(0, ...ages) / 1000);
      }
    },
    async close(): Promise<void> {
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
}
