import {
  captureLog,
  createFaultProxy,
  eventually,
  type FaultProxy,
  type OwnRedis,
  startOwnRedis,
} from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRedis, isRedisAway, type RedisClientOptions, waitForRedis } from '../src/index.ts';

let own: OwnRedis;
let proxy: FaultProxy;
let open: Redis[] = [];

beforeAll(async () => {
  own = await startOwnRedis();
  proxy = await createFaultProxy({ target: { host: '127.0.0.1', port: Number(new URL(own.url).port) } });
});
afterEach(() => {
  for (const redis of open) redis.disconnect();
  open = [];
  proxy.setFaults({});
});
afterAll(async () => {
  await proxy?.close();
  await own?.remove();
});

async function connect(kind: RedisClientOptions['kind']): Promise<Redis> {
  const url = `redis://${proxy.host}:${proxy.port}`;
  const redis = createRedis({ url, log: captureLog().log, role: `test-${kind}`, kind });
  open.push(redis);
  await waitForRedis(redis);
  return redis;
}

/** The server's own account of a connection: its id changes with every new one. */
async function seenByServer(kind: RedisClientOptions['kind']) {
  const list = (await own.withClient((client) => client.client('LIST'))) as string;
  const line = list.split('\n').find((one) => one.includes(` name=test-${kind} `)) ?? '';
  const field = (name: string) => Number(new RegExp(` ?\\b${name}=(\\d+)`).exec(line)?.[1] ?? Number.NaN);
  return { id: field('id'), age: field('age'), idle: field('idle') };
}

const seconds = (since: number) => (performance.now() - since) / 1000;

describe('a commands client', () => {
  it('when Redis hangs, fails within 3 s and says that it is away; when it is back, says so by itself', async () => {
    const redis = await connect('commands');
    await redis.set('key', 'value');
    expect(isRedisAway(redis)).toBe(false);
    proxy.setFaults({ halfOpen: true });
    const since = performance.now();
    await expect(redis.get('key')).rejects.toThrow('Command timed out');
    expect(seconds(since)).toBeLessThan(4);
    expect(isRedisAway(redis)).toBe(true);
    await expect(eventually(() => redis.get('key'))).rejects.toThrow(/isn't writeable|timed out/);
    proxy.setFaults({});
    await eventually(() => expect(isRedisAway(redis)).toBe(false), { withinMs: 10_000 });
    expect(await redis.get('key')).toBe('value');
  });

  it('when Redis was only slow, keeps its connection and asks by itself until there is an answer', async () => {
    const redis = await connect('commands');
    const { id } = await seenByServer('commands');
    proxy.setFaults({ latencyMs: 1350 });
    await expect(redis.get('key')).rejects.toThrow('Command timed out');
    expect(isRedisAway(redis)).toBe(true);
    proxy.setFaults({});
    await eventually(() => expect(isRedisAway(redis)).toBe(false), { withinMs: 10_000 });
    expect((await seenByServer('commands')).id).toBe(id);
  });

  it('when nobody asks anything for longer than the time-outs, keeps its connection', async () => {
    const redis = await connect('commands');
    await redis.get('key');
    const { id } = await seenByServer('commands');
    await eventually(async () => expect((await seenByServer('commands')).idle).toBeGreaterThanOrEqual(5), {
      withinMs: 10_000,
      everyMs: 300,
    });
    expect((await seenByServer('commands')).id).toBe(id);
    expect(isRedisAway(redis)).toBe(false);
  });
});

describe('every client', () => {
  it('when the process of Redis stands still, notices within 8 s, and is back when it goes on', async () => {
    const clients = await Promise.all((['commands', 'producer', 'blocking', 'subscriber'] as const).map(connect));
    const info = await own.withClient((client) => client.info('server'));
    const pid = Number(/process_id:(\d+)/.exec(info)?.[1]);
    process.kill(pid, 'SIGSTOP');
    try {
      const asked = clients.map((redis) => redis.ping().catch((error: Error) => error.message));
      await eventually(() => expect(clients.map(isRedisAway)).toEqual([true, true, true, true]), { withinMs: 8000 });
      expect(await Promise.all(asked.slice(0, 3))).not.toContain('PONG');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await eventually(() => expect(clients.map(isRedisAway)).toEqual([false, false, false, false]), {
      withinMs: 10_000,
    });
  });
});

describe('a blocking client', () => {
  it('when Redis hangs, fails the read that waits, and is back with Redis', async () => {
    const redis = await connect('blocking');
    proxy.setFaults({ halfOpen: true });
    const since = performance.now();
    await expect(redis.xread('BLOCK', 2000, 'STREAMS', 'stream', '$')).rejects.toThrow();
    expect(seconds(since)).toBeLessThan(6.5);
    proxy.setFaults({});
    await eventually(() => redis.ping(), { withinMs: 10_000 });
  });

  it('when nothing comes for longer than the time-out, keeps its connection', async () => {
    const redis = await connect('blocking');
    const { id } = await seenByServer('blocking');
    await eventually(
      async () => {
        expect(await redis.xread('BLOCK', 2000, 'STREAMS', 'stream', '$')).toBeNull();
        expect((await seenByServer('blocking')).age).toBeGreaterThanOrEqual(7);
      },
      { withinMs: 15_000 },
    );
    expect((await seenByServer('blocking')).id).toBe(id);
  });

  it('when the connection breaks, does not send the read again', async () => {
    const redis = await connect('blocking');
    const read = redis.xread('BLOCK', 2000, 'STREAMS', 'stream', '$');
    read.catch(() => undefined);
    await eventually(async () => {
      const list = (await own.withClient((client) => client.client('LIST'))) as string;
      expect(list).toMatch(/ name=test-blocking .* cmd=xread /);
    });
    proxy.reset();
    await expect(read).rejects.toThrow();
    await eventually(() => redis.ping());
    expect((await own.withClient((client) => client.client('LIST'))) as string).not.toMatch(/ cmd=xread /);
  });
});

describe('a subscriber', () => {
  it('when Redis hangs, notices although it asks for nothing; when it is back, hears again', async () => {
    const redis = await connect('subscriber');
    const heard: string[] = [];
    redis.on('message', (_channel, text) => heard.push(text));
    await redis.subscribe('channel');
    proxy.setFaults({ halfOpen: true });
    await eventually(() => expect(redis.status).not.toBe('ready'), { withinMs: 10_000 });
    proxy.setFaults({});
    await eventually(
      async () => {
        await own.withClient((client) => client.publish('channel', 'hello'));
        expect(heard).toContain('hello');
      },
      { withinMs: 10_000, everyMs: 100 },
    );
  });
});
