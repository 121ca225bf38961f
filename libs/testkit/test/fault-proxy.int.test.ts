import { createFaultProxy, eventually, useTestEngines } from '@hallway/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { redisUrl, redisPrefix } = useTestEngines();
let proxy: Awaited<ReturnType<typeof createFaultProxy>>;
let redis: Redis;

beforeAll(async () => {
  const { hostname, port } = new URL(redisUrl);
  proxy = await createFaultProxy({ target: { host: hostname, port: Number(port || 6379) } });
  redis = new Redis(proxy.port, proxy.host, {
    maxRetriesPerRequest: null,
    retryStrategy: () => 20,
    connectTimeout: 500,
    replyMapping: 'legacy',
  });
  redis.on('error', () => undefined);
});

afterAll(async () => {
  redis.disconnect();
  await proxy.close();
});

const key = (name: string) => `${redisPrefix}:${name}`;

describe('createFaultProxy before a real Redis', () => {
  it('when nothing is wrong, carries pipelines and large values unchanged', async () => {
    const value = 'hallway '.repeat(50_000);
    const answers = await redis.pipeline().set(key('large'), value).get(key('large')).exec();
    expect(answers?.[1]?.[1] === value).toBe(true);
  });

  it('when there is latency and jitter, answers come in order and later', async () => {
    proxy.setFaults({ latencyMs: 30, jitterMs: 20 });
    const startedAt = performance.now();
    const counted = await Promise.all(Array.from({ length: 50 }, () => redis.incr(key('counter'))));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(19);
    proxy.setFaults({});
    expect(counted).toEqual(Array.from({ length: 50 }, (_, place) => place + 1));
  });

  it.each([
    ['cut', () => proxy.cut()],
    ['reset', () => proxy.reset()],
  ])('when %s, the client connects again and goes on', async (_name, end) => {
    await redis.ping();
    expect(end()).toBe(1);
    expect(await redis.ping()).toBe('PONG');
  });

  it('when half open, a command hangs without an error until the fault ends, and is answered then', async () => {
    await redis.ping();
    proxy.setFaults({ halfOpen: true });
    let answer: string | null = null;
    const asked = redis.ping().then((pong) => {
      answer = pong;
    });
    await eventually(() => expect(proxy.stats().swallowedBytes).toBeGreaterThan(0));
    expect(answer).toBeNull();
    proxy.setFaults({});
    await asked;
    expect(answer).toBe('PONG');
  });

  it('when new connections are refused, the client keeps trying and comes back', async () => {
    proxy.refuseNew(true);
    proxy.cut();
    await eventually(() => expect(proxy.stats().refused).toBeGreaterThan(1));
    proxy.refuseNew(false);
    expect(await redis.ping()).toBe('PONG');
  });
});
