import type { BusNames } from '@hallway/bus';
import { type JobName, jobCatalogue } from '@hallway/contracts';
import { findFaults, type Log } from '@hallway/platform';
import { type Job, UnrecoverableError, Worker, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { WorkerMetrics } from '../worker-metrics.ts';
import type { FollowUp, JobRegistry } from './job-registry.ts';

/**
 * A job whose worker was killed runs again when its lock has ended and the next check has seen that: within 20 s, where
 * BullMQ's own settings take a minute. Twice, because a deploy may kill two workers in a row; a job that takes its worker
 * down each time is then given up.
 */
const recovery = { lockDuration: 10_000, stalledInterval: 5000, maxStalledCount: 2 } as const;

/** Jobs wait for stores nearly all their time. Two queues of eight leave some of the 20 MongoDB connections to events. */
const concurrency = 8;

export interface JobWorkersOptions {
  /** Of kind `queue`. */
  connection: Redis;
  names: BusNames;
  log: Log;
  metrics: WorkerMetrics;
  registry: JobRegistry;
}

/** Runs the jobs of every queue of the catalogue. */
export function createJobWorkers(options: JobWorkersOptions) {
  const queues = new Set(Object.values(jobCatalogue).map((entry) => entry.queue));
  const underWay = new Set<Promise<void>>();
  let workers: Worker[] = [];

  return {
    async start(): Promise<void> {
      const { connection, names } = options;
      workers = [...queues].map((queue) =>
        startWorker(queue, { ...options, underWay }, { connection, prefix: names.jobs, concurrency, ...recovery }),
      );
      await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    },
    /** Takes no more jobs; resolves when those under way and what follows them have ended. */
    async stop(): Promise<void> {
      await Promise.all(workers.map((worker) => worker.close()));
      await Promise.all(underWay);
    },
  };
}

type RunningOptions = JobWorkersOptions & { underWay: Set<Promise<void>> };

function startWorker(queue: string, options: RunningOptions, workerOptions: WorkerOptions): Worker {
  const { log, metrics, underWay } = options;
  // By the job itself, so that one that never completes, because its lock was lost, leaves nothing behind.
  const followUps = new WeakMap<Job, FollowUp>();
  const run = createRunJob(options, followUps);
  const worker = new Worker(queue, run, workerOptions);
  worker.on('completed', (job: Job) => {
    metrics.jobs.inc({ task: job.name, result: 'done' });
    const followUp = followUps.get(job);
    if (!followUp) return;
    const running: Promise<void> = followUp()
      .catch((error) => log.warn({ err: error, job: job.name, jobId: job.id }, 'what follows a job failed'))
      .finally(() => underWay.delete(running));
    underWay.add(running);
  });
  worker.on('failed', (job, error) => reportFailure(options, job, error));
  worker.on('stalled', (jobId) => log.warn({ queue, jobId }, 'a job stalled and runs again'));
  // That Redis is away is said once, by its client; here it would be said at each attempt to come back.
  worker.on('error', (error) => {
    if (options.connection.status === 'ready') log.warn({ err: error, queue }, 'a queue failed');
  });
  return worker;
}

function createRunJob({ registry, log, metrics }: RunningOptions, followUps: WeakMap<Job, FollowUp>) {
  return async function runJob(job: Job): Promise<void> {
    const handler = registry.get(job.name);
    // Added by a newer version while a deploy is under way: its own worker will take one of the next attempts.
    if (!handler) throw new Error(`no handler for job ${job.name}`);
    const faults = findFaults(jobCatalogue[handler.name].data, job.data);
    if (faults.length > 0) {
      log.error({ job: job.name, jobId: job.id, faults }, 'a job is malformed');
      metrics.jobs.inc({ task: job.name, result: 'malformed' });
      throw new UnrecoverableError('the job is malformed');
    }
    const handle = handler.handle as (data: unknown) => Promise<FollowUp | undefined>;
    const followUp = await handle(job.data);
    if (followUp) followUps.set(job, followUp);
  };
}

function reportFailure({ log, metrics }: RunningOptions, job: Job | undefined, error: Error): void {
  const name: JobName | 'unknown' = job && Object.hasOwn(jobCatalogue, job.name) ? (job.name as JobName) : 'unknown';
  const isLast = !job || error instanceof UnrecoverableError || job.attemptsMade >= (job.opts.attempts ?? 1);
  metrics.jobs.inc({ task: name, result: isLast ? 'given-up' : 'retried' });
  const fields = { err: error, job: job?.name, jobId: job?.id, attempt: job?.attemptsMade };
  if (isLast) log.error(fields, 'a job was given up');
  else log.warn(fields, 'a job failed and is tried again');
}
