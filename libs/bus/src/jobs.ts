import { type JobData, type JobName, jobCatalogue } from '@hallway/contracts';
import type { Log } from '@hallway/platform';
import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { BusNames } from './names.ts';

export interface JobOptions {
  /** Adding a job whose id waits already changes nothing. May hold no colon and may not be a number. */
  jobId: string;
  delayMs: number;
}

/** Adds jobs of the catalogue, with its attempts and back-off. Rejects when Redis did not take the job. */
export function createJobProducer({ connection, names, log }: { connection: Redis; names: BusNames; log: Log }) {
  const queues = new Map<string, Queue>();

  function queueOf(name: JobName): Queue {
    const { queue: queueName } = jobCatalogue[name];
    let queue = queues.get(queueName);
    if (!queue) {
      queue = new Queue(queueName, { connection, prefix: names.jobs });
      // That Redis is away is said once, by its client; here it would be said at each attempt to come back.
      queue.on('error', (error) => {
        if (connection.status === 'ready') log.warn({ err: error, queue: queueName }, 'a queue failed');
      });
      queues.set(queueName, queue);
    }
    return queue;
  }

  return {
    async add<N extends JobName>(name: N, data: JobData<N>, options: JobOptions): Promise<void> {
      await queueOf(name).add(name, data, toJobsOptions(name, options));
    },
    /** Takes a waiting job back; false when it is running, done or unknown. */
    async cancel(name: JobName, jobId: string): Promise<boolean> {
      return (await queueOf(name).remove(jobId)) === 1;
    },
    async close(): Promise<void> {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

export type JobProducer = ReturnType<typeof createJobProducer>;

function toJobsOptions(name: JobName, { jobId, delayMs }: JobOptions): JobsOptions {
  const { attempts, backoffMs } = jobCatalogue[name];
  return {
    jobId,
    delay: delayMs,
    attempts,
    backoff: { type: 'exponential', delay: backoffMs, jitter: 0.5 },
    removeOnComplete: true,
    // A failed job that stays keeps its id: for as long, no job with that id could be added. The log says what went wrong.
    removeOnFail: true,
  };
}
