import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { badTokens, type GoodToken, resignToken } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthFixture, startAuth } from './auth-fixture.ts';

let auth: AuthFixture;
let good: GoodToken;

beforeAll(async () => {
  auth = await startAuth();
  const { token } = await auth.login('john');
  good = { token, key: createPrivateKey(readFileSync(join(auth.config.AUTH_KEYS_DIR!, 'signing-keys.pem'))) };
});
afterAll(() => auth.stop());

describe('access tokens', () => {
  it('when a token is made as ours is, it passes: the others are refused for their fault alone', async () => {
    const answer = await auth.call('GET /api/auth/me', { token: resignToken(good) });
    expect(answer.status).toBe(200);
  });

  it.each(badTokens)('when one has %s, answers UNAUTHENTICATED like every other', async (_what, make) => {
    const answer = await auth.call('GET /api/auth/me', { token: make(good) });
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({
      error: {
        code: 'UNAUTHENTICATED',
        message: 'Sign in to continue.',
        retryable: false,
        requestId: expect.any(String),
      },
    });
  });

  it.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic am9objpoYWxsd2F5' }],
  ])('when there is %s, answers UNAUTHENTICATED', async (_what, headers) => {
    const answer = await auth.call('GET /api/auth/me', { headers });
    expect([answer.status, answer.json.error.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('when a token names the session of another person, answers SESSION_ENDED', async () => {
    const { user } = await auth.login('sarah');
    const [header, claims] = good.token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    const foreign = Buffer.from(JSON.stringify({ ...JSON.parse(claims!), sub: user.id })).toString('base64url');
    const token = resignToken({ ...good, token: `${Buffer.from(header!).toString('base64url')}.${foreign}.x` });
    const answer = await auth.call('GET /api/auth/me', { token });
    expect(answer.json.error.code).toBe('SESSION_ENDED');
  });
});
