import { eventually, useTestEngines } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthFixture, startAuth } from './auth-fixture.ts';
import { openStoreGate } from './store-gate.ts';

let gate: Awaited<ReturnType<typeof openStoreGate>>;
let auth: AuthFixture;
beforeAll(async () => {
  const { mongoUri } = useTestEngines();
  gate = await openStoreGate(mongoUri);
  // Straight to this address: a replica set would tell the driver its members, and with them the way around the gate.
  auth = await startAuth({ MONGODB_URI: `${gate.url}${new URL(mongoUri).pathname}?directConnection=true` });
});
afterAll(async () => {
  await auth.stop();
  await gate.close();
});

const readyz = () => fetch(`${auth.internalUrl}/readyz`).then(({ status }) => status);

describe('while MongoDB is away', () => {
  it('when asked anything, answers TEMPORARILY_UNAVAILABLE with a time, is not ready, and recovers', async () => {
    const { token, cookie } = await auth.login('john');
    gate.shut();
    try {
      await eventually(async () => expect(await readyz()).toBe(503));
      const answers = await Promise.all([
        auth.call('POST /api/auth/login', { body: { username: 'john', password: 'hallway-demo' } }),
        auth.call('POST /api/auth/refresh', { cookie }),
        auth.call('POST /api/auth/logout', { token, cookie }),
        auth.call('GET /api/auth/me', { token }),
        auth.call('GET /api/directory/people', { token }),
      ]);
      for (const answer of answers) {
        expect([answer.status, answer.json.error.code]).toEqual([503, 'TEMPORARILY_UNAVAILABLE']);
        expect(answer.json.error).toMatchObject({ retryable: true, retryAfterMs: expect.any(Number) });
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      }
      expect((await fetch(`${auth.internalUrl}/livez`)).status).toBe(200);
      expect((await auth.call('GET /.well-known/jwks.json')).status).toBe(200);
      // The refusal must not have thrown the cookie away.
      expect(answers[1]!.cookie).toBeUndefined();
    } finally {
      gate.open();
    }
    await eventually(async () => expect(await readyz()).toBe(200), { withinMs: 10_000 });
    expect((await auth.call('POST /api/auth/refresh', { cookie })).status).toBe(200);
    expect((await auth.call('GET /api/auth/me', { token })).status).toBe(200);
  }, 30_000);
});
