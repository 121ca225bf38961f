import { randomBytes } from 'node:crypto';
import { badTokens, type GoodToken, resignToken } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MessageFixture, startMessageFixture } from './message-fixture.ts';

let fixture: MessageFixture;
let good: GoodToken;

beforeAll(async () => {
  fixture = await startMessageFixture();
  const person = await fixture.school.person('student');
  good = { token: fixture.issuer.issue(person, randomBytes(12).toString('hex')), key: fixture.issuer.key };
});
afterAll(() => fixture.stop());

async function listWith(token: string) {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${fixture.services[0]!.url}/api/messages`, { headers });
  return { status: answer.status, body: await answer.json() };
}

describe('access tokens', () => {
  it('when a token is made as the auth service makes it, it passes', async () => {
    expect((await listWith(resignToken(good))).status).toBe(200);
  });

  it.each(badTokens)('when one has %s, answers UNAUTHENTICATED like every other', async (_what, make) => {
    expect(await listWith(make(good))).toEqual({
      status: 401,
      body: {
        error: {
          code: 'UNAUTHENTICATED',
          message: 'Sign in to continue.',
          retryable: false,
          requestId: expect.any(String),
        },
      },
    });
  });
});
