import { randomBytes, randomUUID } from 'node:crypto';
import type { SendCommand } from '@hallway/contracts';
import { createRedis, isRedisAway, waitForRedis } from '@hallway/platform';
import { captureLog, createFaultProxy, type FaultProxy, type OwnRedis, startOwnRedis } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsPerPartition, createBusNames, createCommandLog, partitionOf } from '../src/index.ts';

const names = createBusNames('test');
let own: OwnRedis;
let proxy: FaultProxy;
let redis: Redis;
let append: (command: SendCommand) => Promise<void>;

beforeAll(async () => {
  own = await startOwnRedis();
  proxy = await createFaultProxy({ target: { host: '127.0.0.1', port: Number(new URL(own.url).port) } });
  const url = `redis://${proxy.host}:${proxy.port}`;
  redis = createRedis({ url, log: captureLog().log, role: 'test', kind: 'commands' });
  await waitForRedis(redis);
  append = createCommandLog({ redis, names });
});
afterAll(async () => {
  redis?.disconnect();
  await proxy?.close();
  await own?.remove();
});

function command(): SendCommand {
  const id = () => randomBytes(12).toString('hex');
  return {
    requestId: randomUUID(),
    origin: 'nobody',
    answer: 'reply',
    senderId: id(),
    senderRole: 'student',
    chatRoomId: id(),
    content: 'hello',
    messageType: 'text',
    clientMessageId: randomUUID(),
    mayBeRepeat: true,
    submittedAt: new Date().toISOString(),
  };
}

describe('appendCommand', () => {
  it('when Redis takes nothing because it is full, says that nothing was accepted', async () => {
    await append(command());
    await own.withClient((client) => client.config('SET', 'maxmemory', '1'));
    await expect(append(command())).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    await own.withClient((client) => client.config('SET', 'maxmemory', '0'));
    await append(command());
  });

  it('when as many wait as may, refuses the next with a time, and takes it once one is finished', async () => {
    const next = command();
    const stream = names.commands(partitionOf(next.chatRoomId));
    await redis.del(stream);
    const filling = redis.pipeline();
    for (let n = 0; n < commandsPerPartition; n += 1) filling.xadd(stream, '*', 'command', '{}');
    await filling.exec();
    const [[oldest] = ['']] = await redis.xrange(stream, '-', '+', 'COUNT', 1);
    await expect(append(next)).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE', retryAfterMs: 2000 });
    expect(await redis.xlen(stream)).toBe(commandsPerPartition);
    await redis.xdel(stream, oldest);
    await append(next);
    await redis.del(stream);
  });

  it('when Redis hangs, does not know the outcome of the first, and refuses the following at once', async () => {
    proxy.setFaults({ halfOpen: true });
    await expect(append(command())).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(isRedisAway(redis)).toBe(true);
    const since = performance.now();
    await expect(append(command())).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(performance.now() - since).toBeLessThan(500);
  });
});
