import { jobCatalogue } from '@hallway/contracts';
import { createRedis } from '@hallway/platform';
import { captureLog, eventually } from '@hallway/testkit';
import { type JobsOptions, Worker } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createQueueAges } from '../src/jobs/queue-ages.ts';
import type { WorkerMetrics } from '../src/worker-metrics.ts';
import { createWorld, newId, type World } from './worker-fixture.ts';

const name = 'read-marks.drain';
const { queue: queueName } = jobCatalogue[name];

let world: World;
let ages: ReturnType<typeof createQueueAges>;
const oldest = new Map<string, number>();
const jobs = new Map<string, number>();

beforeAll(async () => {
  world = await createWorld();
  const metrics = {
    queueOldestAge: { set: ({ queue }: { queue: string }, age: number) => oldest.set(queue, age) },
    queueJobs: {
      set: ({ queue, state }: { queue: string; state: string }, n: number) => jobs.set(`${queue} ${state}`, n),
    },
  } as unknown as WorkerMetrics;
  ages = createQueueAges({ connection: world.redis, names: world.names, log: captureLog().log, metrics });
});
afterEach(() => world.queueOf(name).obliterate({ force: true }));
afterAll(async () => {
  await ages?.close();
  await world?.close();
});

const add = (options: JobsOptions) => world.queueOf(name).add(name, { chatRoomId: newId() }, options);

async function measured(): Promise<number> {
  await ages.measure();
  return oldest.get(queueName) ?? Number.NaN;
}

const agoMs = (ms: number) => Date.now() - ms;

describe('the age of a queue', () => {
  it('when nothing waits, is 0', async () => {
    expect(await measured()).toBe(0);
  });

  it('when jobs wait, is that of the first of them', async () => {
    await add({ timestamp: agoMs(30_000) });
    await add({ timestamp: agoMs(20_000) });
    expect(await measured()).toBeCloseTo(30, 0);
    expect(jobs.get(`${queueName} waiting`)).toBe(2);
  });

  it('when a job with a priority waits, counts it', async () => {
    await add({ timestamp: agoMs(40_000), priority: 3 });
    expect(await measured()).toBeCloseTo(40, 0);
  });

  it('when a delayed job is not due, is 0, and once it is, is how long it has been', async () => {
    await add({ delay: 60_000 });
    expect(await measured()).toBe(0);
    await add({ timestamp: agoMs(70_000), delay: 60_000 });
    expect(await measured()).toBeCloseTo(10, 0);
    expect(jobs.get(`${queueName} delayed`)).toBe(2);
  });

  it('when a job failed and stands back, is 0, although it was added long ago', async () => {
    const options = { attempts: 5, backoff: { type: 'exponential', delay: 60_000, jitter: 0.5 } };
    const job = await add({ timestamp: agoMs(600_000), ...options });
    const connection = createRedis({
      url: world.environment.REDIS_URL,
      log: captureLog().log,
      role: 'test',
      kind: 'queue',
    });
    const fail = () => Promise.reject(new Error('not this time'));
    const worker = new Worker(queueName, fail, { connection, prefix: world.names.jobs });
    try {
      await eventually(async () => expect(await job.getState()).toBe('delayed'));
    } finally {
      await worker.close();
      connection.disconnect();
    }
    expect(await measured()).toBe(0);
    await job.promote();
    expect(await measured()).toBe(0);
    expect(jobs.get(`${queueName} waiting`)).toBe(1);
  });
});
