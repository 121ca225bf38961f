import { setTimeout as wait } from 'node:timers/promises';
import { createBusNames, createEventConsumer } from '@hallway/bus';
import {
  createInternalServer,
  createMetrics,
  createServiceSchema,
  idsOnly,
  type Log,
  type Service,
  type Tracing,
  watchStores,
} from '@hallway/platform';
import type { WorkerConfig } from './config.ts';
import { assembleFeatures } from './features.ts';
import { createJobWorkers } from './jobs/job-workers.ts';
import { createQueueAges } from './jobs/queue-ages.ts';
import { createDeliverToLog, type Deliver } from './notifications/deliver-to-log.ts';
import { createReadiness, type WorkerState } from './readiness.ts';
import { createMeasureRedis } from './redis-memory.ts';
import { createRepeatingTask } from './repeating-task.ts';
import { workerSchema } from './schema-part.ts';
import { longestJobMs } from './stop-times.ts';
import { openStores, type Stores } from './stores.ts';
import { createWorkerMetrics } from './worker-metrics.ts';

export interface WorkerDeps {
  config: WorkerConfig;
  log: Log;
  instance: string;
  /** How a notification leaves; by the log channel if absent. */
  deliver?: Deliver;
  tracing?: Tracing;
}

// As soon as a person would notice that notifications stopped; it costs two reads.
const emptiedCheckEveryMs = 10_000;
// Only the record gets tidy by it: nobody waits.
const lostCheckEveryMs = 300_000;
// The usual time between two scrapes is 15 s or more.
const queueAgeEveryMs = 5000;
const redisMemoryEveryMs = 10_000;
// A read of the event streams blocks for a second at most, unless Redis is away and it would wait for ever.
const eventsStopWithinMs = 1500;
// What hangs because Redis is away is left behind: it would run again anyway.
const closeWithinMs = { present: longestJobMs, away: 500 } as const;

/** The worker: jobs, events and what it looks after periodically. Its only port is the internal one. */
export function buildWorker(deps: WorkerDeps): Service & { internalOrigin(): string } {
  const { config } = deps;
  let state: WorkerState = 'starting';
  const { stores, features, internal, workers, consumer, queueAges, schema, tasks } = buildParts(deps, () => state);

  async function stopEvents(): Promise<void> {
    const stopped = consumer.stop();
    await Promise.race([stopped, wait(eventsStopWithinMs)]);
    stores.events.disconnect();
    await stopped;
  }

  return {
    async start(): Promise<void> {
      await stores.ready();
      await internal.listen({ host: config.HOST, port: config.INTERNAL_PORT });
      await schema.ready();
      await workers.start();
      await consumer.start();
      for (const task of tasks) task.start();
      state = 'running';
    },
    async stop(): Promise<void> {
      state = 'stopping';
      schema.stop();
      const { log } = deps;
      await Promise.all(tasks.map((task) => task.stop()));
      const withinMs = stores.queue.status === 'ready' ? closeWithinMs.present : closeWithinMs.away;
      await endWithin(withinMs, Promise.all([stopEvents(), workers.stop()]), log);
      await endWithin(closeWithinMs.away, Promise.all([features.close(), queueAges.close()]), log);
      await stores.close();
      await internal.close();
    },
    /** Where the internal server listens, once it does. */
    internalOrigin: () => internal.listeningOrigin,
  };
}

/** Waits for an orderly end, but not for ever. */
async function endWithin(ms: number, end: Promise<unknown>, log: Log): Promise<void> {
  const ended = end.then(
    () => true,
    (error) => {
      log.warn({ err: error }, 'a part of the worker did not end in order');
      return true;
    },
  );
  const inTime = await Promise.race([ended, wait(ms, false, { ref: false })]);
  if (!inTime) log.warn({ ms }, 'a part of the worker did not end in time');
}

function createSchema({ config, log, instance }: WorkerDeps, { mongo: { connection } }: Stores) {
  return createServiceSchema({ connection, part: workerSchema, environment: config.HALLWAY_ENV, instance, log });
}

function buildParts(deps: WorkerDeps, state: () => WorkerState) {
  const { config, log, instance, deliver = createDeliverToLog(log), tracing = idsOnly } = deps;
  const names = createBusNames(config.REDIS_PREFIX);
  const processMetrics = createMetrics('worker');
  const metrics = createWorkerMetrics(processMetrics);
  const stores = openStores(config, log);
  watchStores(processMetrics, { mongo: stores.mongo, redis: stores.byRole });
  const features = assembleFeatures({ config, stores, names, metrics, deliver, tracing, log });
  const queueAges = createQueueAges({ connection: stores.jobs, names, log, metrics });
  const repeat = (what: string, everyMs: number, run: () => Promise<void>) =>
    createRepeatingTask({ what, everyMs, log, run });

  return {
    stores,
    features,
    queueAges,
    schema: createSchema(deps, stores),
    internal: createInternalServer({ metrics: processMetrics, readiness: createReadiness(stores, state) }),
    workers: createJobWorkers({ connection: stores.queue, names, log, metrics, registry: features.registry }),
    consumer: createEventConsumer({
      blocking: stores.events,
      redis: stores.redis,
      names,
      log,
      group: 'worker',
      consumer: instance,
      handle: features.handleEvents,
      onRound: metrics.onRound,
    }),
    tasks: [
      repeat('read mark sweep', config.READ_MARK_SWEEP_SECONDS * 1000, features.sweepReadMarks),
      repeat('notification rebuild', emptiedCheckEveryMs, features.rebuildWhenEmptied),
      repeat('lost notifications', lostCheckEveryMs, features.settleLostNotifications),
      repeat('queue ages', queueAgeEveryMs, queueAges.measure),
      repeat('redis memory', redisMemoryEveryMs, createMeasureRedis({ stores, metrics })),
    ],
  };
}
