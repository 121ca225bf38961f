import { randomBytes, randomUUID } from 'node:crypto';
import type { SendCommand } from '@hallway/contracts';
import { createRedis } from '@hallway/platform';
import { captureLog, createFaultProxy, eventually, type FaultProxy, useTestEngines } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBusNames, createCommandReader } from '../src/index.ts';

const engines = useTestEngines();
const names = createBusNames(engines.redisPrefix);
const { log, lines } = captureLog();
const id = () => randomBytes(12).toString('hex');
let proxy: FaultProxy;
let redis: Redis;
let blocking: Redis;

beforeAll(async () => {
  const { hostname, port } = new URL(engines.redisUrl);
  proxy = await createFaultProxy({ target: { host: hostname, port: Number(port) } });
  redis = createRedis({ url: engines.redisUrl, log, role: 'test', kind: 'commands' });
  blocking = createRedis({ url: `redis://${proxy.host}:${proxy.port}`, log, role: 'test-blocking', kind: 'blocking' });
  await eventually(() => Promise.all([redis.ping(), blocking.ping()]));
});
afterAll(async () => {
  redis?.disconnect();
  blocking?.disconnect();
  await proxy?.close();
});

const reader = () => createCommandReader({ blocking, redis, names, log, consumer: 'me' });

function command(content: string): SendCommand {
  return {
    requestId: randomUUID(),
    origin: 'nobody',
    answer: 'reply',
    senderId: id(),
    senderRole: 'student',
    chatRoomId: id(),
    content,
    messageType: 'text',
    clientMessageId: randomUUID(),
    mayBeRepeat: true,
    submittedAt: new Date().toISOString(),
  };
}

const add = (partition: number, text: string) => redis.xadd(names.commands(partition), '*', 'command', text);

/** How many commands somebody was handed and has not finished. */
async function pending(partition: number): Promise<number> {
  const [count] = (await redis.xpending(names.commands(partition), 'owners')) as [number];
  return count;
}

describe('readNew', () => {
  it('when the reply is lost with the connection, fails; claimPending brings the command once it is old enough', async () => {
    const { prepare, readNew, claimPending, done } = reader();
    await prepare(1);
    proxy.setFaults({ latencyMs: 400 });
    const read = readNew([1], 2000);
    read.catch(() => undefined);
    await add(1, JSON.stringify(command('lost on the way')));
    await eventually(async () => expect(await pending(1)).toBe(1));
    // In this order: the reply is still held back when the connection goes.
    proxy.reset();
    proxy.setFaults({});
    await expect(read).rejects.toThrow();

    await add(1, JSON.stringify(command('the next')));
    const next = await eventually(() => readNew([1], 500));
    expect(next.map((entry) => [entry.command.content, entry.redelivered])).toEqual([['the next', false]]);
    await done(next);
    expect(await claimPending(1, 60_000)).toEqual([]);
    const [lost] = await eventually(async () => {
      const claimed = await claimPending(1, 100);
      expect(claimed).toHaveLength(1);
      return claimed;
    });
    expect(lost).toMatchObject({ partition: 1, redelivered: true, command: { content: 'lost on the way' } });
    await done(lost ? [lost] : []);
    expect(await pending(1)).toBe(0);
  });
});

describe('claimPending', () => {
  it('when more malformed commands than a batch holds come first, drops them and answers what follows', async () => {
    const { prepare, claimPending } = reader();
    await prepare(2);
    await Promise.all(Array.from({ length: 1100 }, () => add(2, 'no command')));
    await add(2, JSON.stringify(command('behind the others')));
    await redis.xreadgroup('GROUP', 'owners', 'a-dead-one', 'COUNT', 2000, 'STREAMS', names.commands(2), '>');
    expect(await pending(2)).toBe(1101);
    const claimed = await claimPending(2);
    expect(claimed.map((entry) => entry.command.content)).toEqual(['behind the others']);
    await eventually(async () => expect(await pending(2)).toBe(1));
    expect(lines).toContainEqual(expect.objectContaining({ message: 'malformed commands were dropped', count: 500 }));
  });

  it('when nothing is pending, answers nothing', async () => {
    const { prepare, claimPending } = reader();
    await prepare(3);
    expect(await claimPending(3)).toEqual([]);
  });
});
