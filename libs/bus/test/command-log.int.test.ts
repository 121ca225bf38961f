import { randomBytes, randomUUID } from 'node:crypto';
import type { SendCommand } from '@hallway/contracts';
import { createRedis, isRedisAway, waitForRedis } from '@hallway/platform';
import { captureLog, createFaultProxy, type FaultProxy, type OwnRedis, startOwnRedis } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBusNames, createCommandLog } from '../src/index.ts';

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

  it('when Redis hangs, does not know the outcome of the first, and refuses the following at once', async () => {
    proxy.setFaults({ halfOpen: true });
    await expect(append(command())).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(isRedisAway(redis)).toBe(true);
    const since = performance.now();
    await expect(append(command())).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(performance.now() - since).toBeLessThan(500);
  });
});
