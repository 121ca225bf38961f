import { badTokens, type GoodToken, resignToken } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Campus, startCampus } from './campus.ts';

let campus: Campus;
let good: GoodToken;

beforeAll(async () => {
  campus = await startCampus();
  good = { token: campus.auth.sign(campus.person()), key: campus.auth.key };
});
afterAll(() => campus.stop());

const refusal = {
  ok: false,
  error: { code: 'UNAUTHENTICATED', message: 'Sign in to continue.', retryable: false, requestId: expect.any(String) },
};

async function refusalOf(token: string) {
  const error = await campus.connect(campus.person(), { token }).catch((refused) => refused);
  return error.data;
}

describe('access tokens', () => {
  it('when a token is made as the auth service makes it, the socket connects', async () => {
    expect((await campus.connect(campus.person(), { token: resignToken(good) })).connected).toBe(true);
  });

  it.each(badTokens)('when one has %s, the socket is refused like every other', async (_what, make) => {
    expect(await refusalOf(make(good))).toEqual(refusal);
  });

  it.each(badTokens)('when a session is refreshed with %s, answers so and keeps the socket', async (_what, make) => {
    const socket = await campus.connect(campus.person());
    const token = make(good);
    const answer = await ask(socket, 'refreshSession', { token });
    const fitsSchema = token.length <= 4096;
    if (fitsSchema) expect(answer).toEqual(refusal);
    else expect(answer).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
    expect(socket.connected).toBe(true);
    socket.disconnect();
  });
});
