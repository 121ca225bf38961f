import { randomUUID } from 'node:crypto';
import { createBusNames } from '@hallway/bus';
import { eventually, useTestEngines } from '@hallway/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthFixture, startAuth } from './auth-fixture.ts';
import { openStoreGate } from './store-gate.ts';

let gate: Awaited<ReturnType<typeof openStoreGate>>;
let auth: AuthFixture;
let redis: Redis;
beforeAll(async () => {
  const { redisUrl } = useTestEngines();
  gate = await openStoreGate(redisUrl);
  auth = await startAuth({ REDIS_URL: gate.url });
  redis = new Redis(redisUrl);
});
afterAll(async () => {
  redis.disconnect();
  await auth.stop();
  await gate.close();
});

const sidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).sid as string;
const endingsKey = () => createBusNames(auth.config.REDIS_PREFIX).sessionEndings;

async function readiness() {
  const response = await fetch(`${auth.internalUrl}/readyz`);
  return { httpStatus: response.status, ...((await response.json()) as { status: string; degraded: string[] }) };
}

async function announcedSessions(): Promise<string[]> {
  const entries = await redis.xrange(endingsKey(), '-', '+');
  return entries.map(([, fields]) => JSON.parse(fields[1]!).sessionId);
}

async function whileRedisIsAway(work: () => Promise<void>) {
  gate.shut();
  try {
    await eventually(async () => expect((await readiness()).degraded).toEqual(['redis']));
    await work();
  } finally {
    gate.open();
    await eventually(async () => expect((await readiness()).degraded).toEqual([]));
  }
}

describe('while Redis is away', () => {
  it('when asked, is ready and degraded', async () => {
    expect(await readiness()).toEqual({ httpStatus: 200, status: 'ready', degraded: [] });
    await whileRedisIsAway(async () => {
      expect(await readiness()).toEqual({ httpStatus: 200, status: 'degraded', degraded: ['redis'] });
    });
  });

  it('when an administrator deactivates somebody, it is stored, and the sessions end', async () => {
    await whileRedisIsAway(async () => {
      const [admin, tom] = [await auth.login('admin'), await auth.login('tom')];
      const route = `PATCH /api/admin/users/${tom.user.id}` as const;
      const change = (active: boolean) => auth.call(route, { token: admin.token, body: { active } });
      expect((await change(false)).json.user.active).toBe(false);
      expect((await auth.call('GET /api/auth/me', { token: tom.token })).json.error.code).toBe('SESSION_ENDED');
      expect((await change(true)).json.user.active).toBe(true);
    });
  });

  it('when people sign in, refresh, look around and sign out, it works, with everybody offline', async () => {
    await whileRedisIsAway(async () => {
      const { token, cookie } = await auth.login('john');
      expect((await auth.call('POST /api/auth/refresh', { cookie })).status).toBe(200);
      const people = await auth.call('GET /api/directory/people', { token });
      expect(people.json.people).toHaveLength(9);
      expect(people.json.people.every(({ online }: { online: boolean }) => !online)).toBe(true);
      expect((await auth.call('POST /api/auth/logout', { token })).status).toBe(204);
      expect((await auth.call('GET /api/auth/me', { token })).json.error.code).toBe('SESSION_ENDED');
    });
  });

  it('when somebody guesses passwords, is limited by this process', async () => {
    await whileRedisIsAway(async () => {
      const username = randomUUID();
      const body = { username, password: 'wrong' };
      const codes: string[] = [];
      for (let tries = 0; tries < 11; tries += 1) {
        codes.push((await auth.call('POST /api/auth/login', { body })).json.error.code);
      }
      expect(codes).toEqual([...Array(10).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED']);
    });
  });

  it('when a session ends, tells those who ask at once and announces it when Redis is back', async () => {
    const { token } = await auth.login('sarah');
    const since = new Date().toISOString();
    await whileRedisIsAway(async () => {
      await auth.call('POST /api/auth/logout', { token });
      const response = await fetch(`${auth.internalUrl}/session-endings?since=${since}`);
      const { endings } = (await response.json()) as { endings: { sessionId: string }[] };
      expect(endings.map(({ sessionId }) => sessionId)).toEqual([sidOf(token)]);
    });
    await eventually(async () => expect(await announcedSessions()).toContain(sidOf(token)));
  });

  it('when Redis comes back empty, announces the endings of the last minutes again', async () => {
    const { token } = await auth.login('mike');
    await auth.call('POST /api/auth/logout', { token });
    await eventually(async () => expect(await announcedSessions()).toContain(sidOf(token)));
    await whileRedisIsAway(async () => {
      await redis.del(endingsKey());
    });
    await eventually(async () => expect(await announcedSessions()).toContain(sidOf(token)));
  });
});
