import { randomUUID } from 'node:crypto';
import type { DomainEvent } from '@hallway/contracts';
import { createRedis } from '@hallway/platform';
import { captureLog, eventually, useTestEngines } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { allPartitions, createBusNames, createEventConsumer, type EventConsumerOptions } from '../src/index.ts';

const engines = useTestEngines();
const names = createBusNames(engines.redisPrefix);
const { log } = captureLog();
const streams = allPartitions.map(names.events);
const group = 'worker';
let redis: Redis;
let running: { stop: () => Promise<void> }[] = [];
let connections: Redis[] = [];

const connect = (kind: 'commands' | 'blocking') => {
  const client = createRedis({ url: engines.redisUrl, log, role: `test-${kind}`, kind });
  connections.push(client);
  return client;
};

beforeAll(() => {
  redis = createRedis({ url: engines.redisUrl, log, role: 'test', kind: 'commands' });
  return () => redis.disconnect();
});
beforeEach(async () => {
  await eventually(() => redis.ping());
  await Promise.all(streams.map((stream) => redis.del(stream)));
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  for (const client of connections) client.disconnect();
  running = [];
  connections = [];
});

async function startConsumer(options: Partial<EventConsumerOptions> = {}) {
  const [blocking, commands] = [connect('blocking'), connect('commands')];
  await eventually(() => Promise.all([blocking.ping(), commands.ping()]));
  const handle = async () => undefined;
  const consumer = createEventConsumer({
    ...{ blocking, redis: commands, names, log, group, consumer: `worker-${randomUUID()}`, handle },
    ...options,
  });
  await consumer.start();
  running.push(consumer);
  return consumer;
}

const announce = (partition: number) =>
  redis.xadd(names.events(partition), '*', 'events', JSON.stringify([{ id: randomUUID() }]));

/** Names of the group's consumers on a stream. */
async function consumers(stream = streams[0] ?? ''): Promise<string[]> {
  const known = (await redis.xinfo('CONSUMERS', stream, group)) as unknown[][];
  return known.map((fields) => String(fields[1]));
}

async function pending(stream = streams[0] ?? ''): Promise<number> {
  const [count] = (await redis.xpending(stream, group)) as [number];
  return count;
}

/** A consumer that was handed what is there and will never finish it. */
async function dieWith(count: number, partition = 0): Promise<string> {
  const name = `dead-${randomUUID()}`;
  for (let n = 0; n < count; n += 1) await announce(partition);
  await redis.xreadgroup('GROUP', group, name, 'COUNT', 100, 'STREAMS', names.events(partition), '>');
  return name;
}

describe('stop', () => {
  it('when everything is handled, takes the consumer out of its group on every stream', async () => {
    const handled: DomainEvent[] = [];
    const consumer = await startConsumer({
      consumer: 'leaves',
      handle: async (events) => void handled.push(...events),
    });
    await announce(0);
    await announce(7);
    await eventually(() => expect(handled).toHaveLength(2));
    expect(await consumers()).toEqual(['leaves']);
    await consumer.stop();
    for (const stream of streams) expect(await consumers(stream)).toEqual([]);
    expect(await pending()).toBe(0);
  });

  it('when something is unfinished, stays where it is for others to claim, and leaves the other streams', async () => {
    const consumer = await startConsumer({ consumer: 'owes', handle: () => Promise.reject(new Error('not now')) });
    await announce(0);
    await eventually(async () => expect(await pending()).toBe(1));
    await consumer.stop();
    expect([await consumers(), await pending()]).toEqual([['owes'], 1]);
    expect(await consumers(streams[7])).toEqual([]);
  });

  it('when two are in the group, takes out the one that stops', async () => {
    const [first] = [await startConsumer({ consumer: 'first' }), await startConsumer({ consumer: 'second' })];
    await eventually(async () => expect((await consumers()).toSorted()).toEqual(['first', 'second']));
    await first.stop();
    expect(await consumers()).toEqual(['second']);
  });
});

describe('a consumer that died', () => {
  it('when it left nothing and asks for nothing, is taken out by another', async () => {
    await Promise.all(streams.map((stream) => redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM')));
    const dead = await dieWith(0);
    await redis.xgroup('CREATECONSUMER', streams[0] ?? '', group, dead);
    expect(await consumers()).toEqual([dead]);
    await startConsumer({ consumer: 'alive', deadAfterMs: 300, sweepEveryMs: 0 });
    await eventually(async () => expect(await consumers()).toEqual(['alive']), { withinMs: 8000 });
  });

  it('when something of it is pending, stays until that was claimed, whatever time has passed', async () => {
    await Promise.all(streams.map((stream) => redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM')));
    const [owing, empty] = [await dieWith(2), await dieWith(0)];
    await redis.xgroup('CREATECONSUMER', streams[0] ?? '', group, empty);
    await startConsumer({ consumer: 'alive', deadAfterMs: 300, sweepEveryMs: 0 });
    await eventually(async () => expect((await consumers()).toSorted()).toEqual(['alive', owing].toSorted()), {
      withinMs: 8000,
    });
    expect(await pending()).toBe(2);
    await redis.xautoclaim(streams[0] ?? '', group, 'alive', 0, '0');
    await eventually(async () => expect(await consumers()).toEqual(['alive']), { withinMs: 8000 });
    expect(await pending()).toBe(2);
  });

  it('when it has been idle for less than the time, stays', async () => {
    await Promise.all(streams.map((stream) => redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM')));
    const name = `quiet-${randomUUID()}`;
    await redis.xgroup('CREATECONSUMER', streams[0] ?? '', group, name);
    const handled: DomainEvent[] = [];
    const handle = async (events: DomainEvent[]) => void handled.push(...events);
    await startConsumer({ consumer: 'alive', sweepEveryMs: 0, handle });
    await announce(0);
    await eventually(() => expect(handled).toHaveLength(1));
    expect((await consumers()).toSorted()).toEqual(['alive', name].toSorted());
  });
});
