import { randomBytes } from 'node:crypto';
import type { SessionEnded } from '@hallway/contracts';
import { createRedis, waitForRedis } from '@hallway/platform';
import { captureLog, createFaultProxy, eventually, type FaultProxy, quickest, useTestEngines } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnnounceSessionEnded, createBusNames, createSessionEndingsFollower } from '../src/index.ts';

const engines = useTestEngines();
const names = createBusNames(engines.redisPrefix);
const { log } = captureLog();
const id = () => randomBytes(12).toString('hex');
const heard = new Map<string | null, number>();
/** What the auth service has stored, and how often it was asked. */
const auth = { endings: [] as SessionEnded[], polls: 0 };
let proxy: FaultProxy;
let redis: Redis;
let follower: ReturnType<typeof createSessionEndingsFollower>;

beforeAll(async () => {
  const { hostname, port } = new URL(engines.redisUrl);
  proxy = await createFaultProxy({ target: { host: hostname, port: Number(port) } });
  redis = createRedis({ url: engines.redisUrl, log, role: 'test', kind: 'commands' });
  await waitForRedis(redis);
  follower = createSessionEndingsFollower({
    redis: createRedis({ url: `redis://${proxy.host}:${proxy.port}`, log, role: 'test-endings', kind: 'blocking' }),
    names,
    log,
    onEnded: ({ sessionId }) => heard.set(sessionId, performance.now()),
    poll: async () => {
      auth.polls += 1;
      return auth.endings;
    },
  });
  await follower.start();
});
afterAll(async () => {
  await follower?.stop();
  redis?.disconnect();
  await proxy?.close();
});

function ending(): SessionEnded {
  return { userId: id(), sessionId: id(), reason: 'signed-out', endedAt: new Date().toISOString() };
}

/** Milliseconds until the ending is known. */
async function untilKnown({ sessionId }: SessionEnded): Promise<number> {
  const since = performance.now();
  return eventually(
    () => {
      expect(heard.has(sessionId)).toBe(true);
      return (heard.get(sessionId) ?? 0) - since;
    },
    { withinMs: 12_000 },
  );
}

describe('the follower of session endings', () => {
  it('when Redis answers, tells an ending within a second and does not ask the auth service', async () => {
    const announce = createAnnounceSessionEnded({ redis, names });
    const known = async () => {
      const ended = ending();
      await announce(ended);
      return untilKnown(ended);
    };
    const since = performance.now();
    // Longer than the time after which silence counts, with quiet in between.
    while (performance.now() - since < 6000) {
      expect(await quickest(1000, known)).toBeLessThan(1000);
      await new Promise((resolve) => setTimeout(resolve, 2500));
    }
    expect(auth.polls).toBe(0);
  });

  it('when Redis hangs, tells an ending within 6 s, and later ones as soon; when it is back, by the stream', async () => {
    proxy.setFaults({ halfOpen: true });
    for (let round = 0; round < 3; round += 1) {
      const ended = ending();
      auth.endings.push(ended);
      expect(await untilKnown(ended)).toBeLessThan(6000);
    }
    proxy.setFaults({});
    await eventually(
      async () => {
        const ended = ending();
        await createAnnounceSessionEnded({ redis, names })(ended);
        await eventually(() => expect(heard.has(ended.sessionId)).toBe(true), { withinMs: 500 });
      },
      { withinMs: 15_000 },
    );
  });
});
