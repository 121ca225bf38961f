import { createBusNames } from '@hallway/bus';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthFixture, startAuth } from './auth-fixture.ts';

let auth: AuthFixture;
let redis: Redis;
beforeAll(async () => {
  auth = await startAuth();
  redis = new Redis(auth.config.REDIS_URL);
});
afterAll(async () => {
  redis.disconnect();
  await auth.stop();
});

const sidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).sid as string;
const logout = (token?: string, cookie?: string) => auth.call('POST /api/auth/logout', { token, cookie });
const meCode = async (token: string) => {
  const answer = await auth.call('GET /api/auth/me', { token });
  return answer.status === 200 ? 'OK' : answer.json.error.code;
};

async function announcedEndings() {
  const entries = await redis.xrange(createBusNames(auth.config.REDIS_PREFIX).sessionEndings, '-', '+');
  return entries.map(([, fields]) => JSON.parse(fields[1]!));
}

const doors = [
  'GET /api/auth/me',
  'GET /api/auth/sessions',
  'DELETE /api/auth/sessions/0123456789abcdef01234567',
  'POST /api/auth/password',
  'GET /api/directory/people',
  'GET /api/directory/courses',
  'GET /api/directory/children',
] as const;

describe('logout', () => {
  it.each(doors)('when the session has ended, %s answers SESSION_ENDED although the token is good', async (door) => {
    const { token } = await auth.login('john');
    const body = door.startsWith('POST')
      ? { currentPassword: 'hallway-demo', newPassword: 'a new long one' }
      : undefined;
    expect((await logout(token)).status).toBe(204);
    const answer = await auth.call(door, { token, body });
    expect([answer.status, answer.json.error.code]).toEqual([401, 'SESSION_ENDED']);
  });

  it.each(doors)('when nobody is signed in, %s answers UNAUTHENTICATED', async (door) => {
    const answer = await auth.call(door);
    expect([answer.status, answer.json.error.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('when it ends the session, clears the cookie, ends the refresh token and announces it once', async () => {
    const { token, cookie, user } = await auth.login('john');
    const answer = await logout(token, cookie);
    expect(answer.status).toBe(204);
    expect(answer.cookie).toMatchObject({ value: '', path: '/api/auth', httpOnly: true });
    expect((await auth.call('POST /api/auth/refresh', { cookie })).json.error.code).toBe('SESSION_ENDED');
    expect((await logout(token, cookie)).status).toBe(204);
    const endings = (await announcedEndings()).filter(({ sessionId }) => sessionId === sidOf(token));
    expect(endings).toEqual([
      { userId: user.id, sessionId: sidOf(token), reason: 'signed-out', endedAt: expect.any(String) },
    ]);
  });

  it('when only the cookie is left, ends its session', async () => {
    const { token, cookie } = await auth.login('john');
    expect((await logout(undefined, cookie)).status).toBe(204);
    expect(await meCode(token)).toBe('SESSION_ENDED');
  });

  it('when there is neither token nor cookie, answers UNAUTHENTICATED', async () => {
    expect((await logout()).json.error.code).toBe('UNAUTHENTICATED');
    expect((await logout('nonsense', 'nonsense')).json.error.code).toBe('UNAUTHENTICATED');
  });

  it('when one session ends, the other sessions of the person go on', async () => {
    const [one, two] = [await auth.login('john'), await auth.login('john')];
    await logout(one.token);
    expect(await meCode(two.token)).toBe('OK');
  });

  it('when a page of another origin asks, answers FORBIDDEN and ends nothing', async () => {
    const { token, cookie } = await auth.login('john');
    const headers = { origin: 'null' };
    expect((await auth.call('POST /api/auth/logout', { token, cookie, headers })).json.error.code).toBe('FORBIDDEN');
    expect(await meCode(token)).toBe('OK');
  });
});

describe('sessions', () => {
  it('when listed, shows each live one of the caller with its device, the current one marked', async () => {
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const body = { username: 'sarah', password: 'hallway-demo' };
    const other = await auth.call('POST /api/auth/login', { body, headers: { 'user-agent': firefox } });
    const gone = await auth.login('sarah');
    await logout(gone.token);
    const { token } = await auth.login('sarah');
    const answer = await auth.call('GET /api/auth/sessions', { token });
    expect(
      answer.json.sessions.map(({ id, device, current }: Record<string, unknown>) => [id, device, current]),
    ).toEqual([
      [sidOf(token), expect.any(String), true],
      [sidOf(other.json.accessToken), 'Firefox on Linux', false],
    ]);
    expect(answer.json.nextCursor).toBeNull();
  });

  it('when listed by pages, goes through all of them once', async () => {
    const logins = [await auth.login('maya'), await auth.login('maya'), await auth.login('maya')];
    const { token } = logins[2]!;
    const first = await auth.call('GET /api/auth/sessions?limit=2', { token });
    const second = await auth.call(`GET /api/auth/sessions?limit=2&cursor=${first.json.nextCursor}`, { token });
    const ids = [...first.json.sessions, ...second.json.sessions].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(logins.map((login) => sidOf(login.token)).reverse());
    expect(second.json.nextCursor).toBeNull();
  });

  it('when one is ended from another device, announces it and refuses its token', async () => {
    const [lost, here] = [await auth.login('mike'), await auth.login('mike')];
    const end = () => auth.call(`DELETE /api/auth/sessions/${sidOf(lost.token)}`, { token: here.token });
    expect((await end()).status).toBe(204);
    expect(await meCode(lost.token)).toBe('SESSION_ENDED');
    expect((await announcedEndings()).find(({ sessionId }) => sessionId === sidOf(lost.token))?.reason).toBe(
      'ended-elsewhere',
    );
    expect((await end()).json.error.code).toBe('NOT_FOUND');
  });

  it('when it is somebody else’s, unknown or no id, answers NOT_FOUND alike and ends nothing', async () => {
    const [john, sarah] = [await auth.login('john'), await auth.login('sarah')];
    for (const id of [sidOf(sarah.token), '0123456789abcdef01234567', 'x', '0123456789ABCDEF01234567']) {
      const answer = await auth.call(`DELETE /api/auth/sessions/${id}`, { token: john.token });
      expect(answer.status).toBe(404);
      expect(answer.json.error).toMatchObject({ code: 'NOT_FOUND', message: 'There is no such thing here.' });
    }
    expect(await meCode(sarah.token)).toBe('OK');
  });

  it('when a limit or cursor is not usable, answers VALIDATION_FAILED', async () => {
    const { token } = await auth.login('john');
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'cursor=nonsense']) {
      const answer = await auth.call(`GET /api/auth/sessions?${query}`, { token });
      expect([query, answer.status, answer.json.error.code]).toEqual([query, 400, 'VALIDATION_FAILED']);
    }
  });
});

describe('session endings on the internal port', () => {
  it('when asked since a time, answers the endings after it, newest last', async () => {
    const [one, two] = [await auth.login('john'), await auth.login('john')];
    const since = new Date().toISOString();
    await logout(one.token);
    await logout(two.token);
    const response = await fetch(`${auth.internalUrl}/session-endings?since=${since}`);
    const { endings } = (await response.json()) as { endings: { sessionId: string }[] };
    expect(endings.map(({ sessionId }) => sessionId)).toEqual([sidOf(one.token), sidOf(two.token)]);
  });

  it('when the time is missing or malformed, answers VALIDATION_FAILED', async () => {
    for (const query of ['', '?since=yesterday']) {
      const response = await fetch(`${auth.internalUrl}/session-endings${query}`);
      expect(response.status).toBe(400);
      expect(((await response.json()) as { error: { code: string } }).error.code).toBe('VALIDATION_FAILED');
    }
  });

  it('when asked on the public port, does not exist', async () => {
    expect((await auth.call('GET /session-endings?since=2026-01-01T00:00:00.000Z')).status).toBe(404);
  });
});

describe('too many sessions', () => {
  it('when a person signs in once more, ends the session that was idle longest', async () => {
    const small = await startAuth({ SESSIONS_PER_PERSON: '2' });
    try {
      const first = await small.login('john');
      const second = await small.login('john');
      const refreshed = await small.call('POST /api/auth/refresh', { cookie: first.cookie });
      expect(refreshed.status).toBe(200);
      await small.login('john');
      expect((await small.call('GET /api/auth/me', { token: second.token })).json.error.code).toBe('SESSION_ENDED');
      expect((await small.call('GET /api/auth/me', { token: refreshed.json.accessToken })).status).toBe(200);
    } finally {
      await small.stop();
    }
  });
});
