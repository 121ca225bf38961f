import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthFixture, origin, startAuth } from './auth-fixture.ts';

let auth: AuthFixture;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth.stop());

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
const headerOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());

describe('login', () => {
  it('when the password is right, answers a token, the person and the cookie', async () => {
    const { answer, user } = await auth.login('john');
    expect(answer.json).toEqual({ accessToken: expect.any(String), expiresIn: 600, user });
    expect(user).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      username: 'john',
      name: 'John Park',
      role: 'student',
    });
    expect(answer.cookie).toMatchObject({
      path: '/api/auth',
      httpOnly: true,
      sameSite: 'Strict',
      secure: true,
      maxAge: 604_800,
    });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('when it issues a token, writes header and claims as the contract says', async () => {
    const { token, user } = await auth.login('chen');
    const now = Math.floor(Date.now() / 1000);
    expect(headerOf(token)).toEqual({ alg: 'ES256', kid: expect.any(String), typ: 'at+jwt' });
    const claims = claimsOf(token);
    expect(claims).toEqual({
      iss: origin,
      aud: 'hallway',
      sub: user.id,
      sid: expect.stringMatching(/^[0-9a-f]{24}$/),
      role: 'instructor',
      name: 'Dr. Lin Chen',
      iat: expect.any(Number),
      exp: claims.iat + 600,
    });
    expect(Math.abs(claims.iat - now)).toBeLessThanOrEqual(2);
  });

  it('when the name has other capitals, finds the account', async () => {
    expect((await auth.login('SaRaH')).user.username).toBe('sarah');
  });

  it('when the user is unknown or the password wrong, answers the same but for the request id', async () => {
    const wrong = await auth.call('POST /api/auth/login', { body: { username: 'maya', password: 'nope' } });
    const unknown = await auth.call('POST /api/auth/login', { body: { username: randomUUID(), password: 'nope' } });
    expect(wrong.status).toBe(401);
    expect(wrong.json.error).toMatchObject({ code: 'INVALID_CREDENTIALS', retryable: false });
    expect(unknown.status).toBe(401);
    expect(unknown.json.error).toEqual({ ...wrong.json.error, requestId: unknown.json.error.requestId });
    expect(wrong.cookie).toBeUndefined();
  });

  it('when the account is deactivated, answers like a wrong password', async () => {
    await auth.connection.collection('users').updateOne({ usernameKey: 'tom' }, { $set: { active: false } });
    const answer = await auth.call('POST /api/auth/login', { body: { username: 'tom', password: 'hallway-demo' } });
    expect([answer.status, answer.json.error.code]).toEqual([401, 'INVALID_CREDENTIALS']);
  });

  it.each([
    ['an unknown field', { username: 'john', password: 'hallway-demo', admin: true }, '/admin'],
    ['no password', { username: 'john' }, '/'],
    ['a number for a name', { username: 7, password: 'x' }, '/username'],
    ['an object for a password', { username: 'john', password: { $ne: '' } }, '/password'],
  ])('when the body has %s, answers VALIDATION_FAILED with the place', async (_what, body, path) => {
    const answer = await auth.call('POST /api/auth/login', { body });
    expect([answer.status, answer.json.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(JSON.stringify(answer.json.error.details)).toContain(path);
  });

  it('when the body is not JSON, answers VALIDATION_FAILED; when it is too large, PAYLOAD_TOO_LARGE', async () => {
    const json = { 'content-type': 'application/json' };
    const broken = await auth.call('POST /api/auth/login', { body: '{"username":', headers: json });
    expect([broken.status, broken.json.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    const large = await auth.call('POST /api/auth/login', { body: { username: 'j', password: 'x'.repeat(70_000) } });
    expect([large.status, large.json.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('when the stored hash has another cost, replaces it by one of today, and the password still works', async () => {
    const users = auth.connection.collection('users');
    const before = (await users.findOne({ usernameKey: 'alex' }))!.passwordHash as string;
    const { createPasswords } = await import('../src/accounts/passwords.ts');
    const old = await createPasswords({ memoryKib: 8192, passes: 3 }).hash('hallway-demo');
    await users.updateOne({ usernameKey: 'alex' }, { $set: { passwordHash: old } });
    await auth.login('alex');
    const after = (await users.findOne({ usernameKey: 'alex' }))!.passwordHash as string;
    expect(after).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(after).not.toBe(before);
    await auth.login('alex');
    const dearer = await createPasswords({ memoryKib: 32_768, passes: 3 }).hash('hallway-demo');
    await users.updateOne({ usernameKey: 'alex' }, { $set: { passwordHash: dearer } });
    await auth.login('alex');
    expect((await users.findOne({ usernameKey: 'alex' }))!.passwordHash).toBe(dearer);
  });
});

describe('an account without a password', () => {
  it('when somebody signs in with whatever, answers like a wrong password', async () => {
    const users = auth.connection.collection('users');
    const { passwordHash } = (await users.findOne({ usernameKey: 'sarah' }))!;
    await users.updateOne({ usernameKey: 'sarah' }, { $set: { passwordHash: '' } });
    const answer = await auth.call('POST /api/auth/login', { body: { username: 'sarah', password: 'hallway-demo' } });
    expect([answer.status, answer.json.error.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    await users.updateOne({ usernameKey: 'sarah' }, { $set: { passwordHash } });
  });
});

describe('refresh', () => {
  const refresh = (cookie?: string, headers = {}) => auth.call('POST /api/auth/refresh', { cookie, headers });

  it('when the cookie is good, answers as login with a new cookie and a token of the same session', async () => {
    const { cookie, token, user } = await auth.login('john');
    const answer = await refresh(cookie);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ accessToken: expect.any(String), expiresIn: 600, user });
    expect(answer.cookie!.value).not.toBe(cookie);
    expect(claimsOf(answer.json.accessToken).sid).toBe(claimsOf(token).sid);
    expect((await refresh(answer.cookie!.value)).status).toBe(200);
  });

  it('when two tabs refresh at the same moment, both get working cookies', async () => {
    const { cookie } = await auth.login('john');
    const [one, two] = await Promise.all([refresh(cookie), refresh(cookie)]);
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(one.cookie!.value).not.toBe(two.cookie!.value);
    expect((await refresh(one.cookie!.value)).status).toBe(200);
    expect((await refresh(two.cookie!.value)).status).toBe(200);
  });

  it('when twenty tabs refresh at the same moment, none is signed out', async () => {
    const { cookie } = await auth.login('john');
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(cookie)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect((await refresh(answers[7]!.cookie!.value)).status).toBe(200);
  });

  it('when a token was used before the grace, ends the whole session', async () => {
    const { cookie, token } = await auth.login('john');
    const fresh = (await refresh(cookie)).cookie!.value;
    await ageSpentTokens(claimsOf(token).sid);
    const reused = await refresh(cookie);
    expect([reused.status, reused.json.error.code]).toEqual([401, 'SESSION_ENDED']);
    expect(reused.cookie).toMatchObject({ value: '', path: '/api/auth' });
    expect((await refresh(fresh)).json.error.code).toBe('SESSION_ENDED');
    expect((await auth.call('GET /api/auth/me', { token })).json.error.code).toBe('SESSION_ENDED');
  });

  it('when somebody makes up a token of a session, refuses it and leaves the session alone', async () => {
    const { cookie } = await auth.login('john');
    const bytes = Buffer.from(cookie, 'base64url');
    bytes.fill(7, 12);
    const answer = await refresh(bytes.toString('base64url'));
    expect([answer.status, answer.json.error.code]).toEqual([401, 'SESSION_ENDED']);
    expect((await refresh(cookie)).status).toBe(200);
  });

  it.each([
    ['no cookie', undefined],
    ['an empty cookie', ''],
    ['nonsense', 'nonsense'],
    ['an unknown session', Buffer.alloc(60, 3).toString('base64url')],
  ])('when there is %s, answers SESSION_ENDED', async (_what, cookie) => {
    const answer = await refresh(cookie);
    expect([answer.status, answer.json.error.code]).toEqual([401, 'SESSION_ENDED']);
  });

  it('when the session was idle too long or reached its end, answers SESSION_ENDED', async () => {
    for (const field of ['expiresAt', 'endsAt']) {
      const { cookie, token } = await auth.login('john');
      await updateSession(claimsOf(token).sid, { [field]: new Date(Date.now() - 1000) });
      expect((await refresh(cookie)).json.error.code).toBe('SESSION_ENDED');
    }
  });

  it('when a session begins and goes on, ends after seven idle days, and after thirty whatever happens', async () => {
    const { cookie, token } = await auth.login('john');
    const daysAfter = (start: Date, end: Date) => (end.getTime() - start.getTime()) / 86_400_000;
    const begun = (await findSession(claimsOf(token).sid))!;
    expect(daysAfter(begun.createdAt, begun.expiresAt)).toBe(7);
    expect(daysAfter(begun.createdAt, begun.endsAt)).toBe(30);
    expect((await refresh(cookie)).status).toBe(200);
    const gone = (await findSession(claimsOf(token).sid))!;
    expect(gone.lastSeenAt.getTime()).toBeGreaterThan(begun.lastSeenAt.getTime());
    expect(daysAfter(gone.lastSeenAt, gone.expiresAt)).toBe(7);
    expect(gone.endsAt).toEqual(begun.endsAt);
  });

  it('when the end of the session is near, neither cookie nor token outlives it', async () => {
    const { cookie, token } = await auth.login('john');
    await updateSession(claimsOf(token).sid, { endsAt: new Date(Date.now() + 60_000) });
    const answer = await refresh(cookie);
    expect(answer.json.expiresIn).toBeLessThanOrEqual(60);
    expect(answer.cookie!.maxAge).toBeLessThanOrEqual(60);
  });

  it('when the account was deactivated, ends the session', async () => {
    const { cookie } = await auth.login('maya');
    const users = auth.connection.collection('users');
    await users.updateOne({ usernameKey: 'maya' }, { $set: { active: false } });
    expect((await refresh(cookie)).json.error.code).toBe('SESSION_ENDED');
    await users.updateOne({ usernameKey: 'maya' }, { $set: { active: true } });
    expect((await refresh(cookie)).json.error.code).toBe('SESSION_ENDED');
  });

  it('when a page of another origin asks, answers FORBIDDEN and uses nothing up; our own passes', async () => {
    const { cookie } = await auth.login('john');
    const foreign = await refresh(cookie, { origin: 'https://elsewhere.test' });
    expect([foreign.status, foreign.json.error.code]).toEqual([403, 'FORBIDDEN']);
    expect((await refresh(cookie, { origin })).status).toBe(200);
  });

  it('when the database is read, holds no token, only hashes', async () => {
    const { cookie, token } = await auth.login('john');
    const stored = JSON.stringify(
      await auth.connection.collection('sessions').findOne({ _id: idOf(claimsOf(token).sid) }),
    );
    expect(stored).not.toContain(cookie);
    expect(stored).not.toContain(Buffer.from(cookie, 'base64url').subarray(28).toString('base64url'));
  });
});

describe('me', () => {
  it('when signed in, answers the person and the session', async () => {
    const { token, user } = await auth.login('maria');
    const answer = await auth.call('GET /api/auth/me', { token });
    const stamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(answer.json).toEqual({ user, session: { id: claimsOf(token).sid, createdAt: stamp, expiresAt: stamp } });
  });
});

describe('password', () => {
  const change = (token: string, body: unknown) => auth.call('POST /api/auth/password', { token, body });

  it('when changed, ends the other sessions, keeps this one, and only the new one opens the door', async () => {
    const other = await auth.login('okafor');
    const { token, cookie } = await auth.login('okafor');
    const body = { currentPassword: 'hallway-demo', newPassword: 'a much longer secret' };
    expect((await change(token, body)).status).toBe(204);
    expect((await auth.call('GET /api/auth/me', { token })).status).toBe(200);
    expect((await auth.call('POST /api/auth/refresh', { cookie })).status).toBe(200);
    expect((await auth.call('GET /api/auth/me', { token: other.token })).json.error.code).toBe('SESSION_ENDED');
    expect((await auth.call('POST /api/auth/refresh', { cookie: other.cookie })).json.error.code).toBe('SESSION_ENDED');
    await expect(auth.login('okafor')).rejects.toThrow('401');
    await auth.login('okafor', 'a much longer secret');
  });

  it('when the current one is wrong, answers INVALID_CREDENTIALS and changes nothing', async () => {
    const { token } = await auth.login('peter');
    const answer = await change(token, { currentPassword: 'wrong', newPassword: 'a much longer secret' });
    expect([answer.status, answer.json.error.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    await auth.login('peter');
  });

  it('when changed twice at the same moment, lets one through and refuses the other', async () => {
    const { token } = await auth.login('mike');
    const answers = await Promise.all(
      ['the first of two', 'the second of two'].map((newPassword) =>
        change(token, { currentPassword: 'hallway-demo', newPassword }),
      ),
    );
    const codes = answers.map(({ status, json }) => (status === 204 ? 'OK' : json.error.code));
    expect(codes).toContain('OK');
    expect(codes.some((code) => code === 'CONFLICT' || code === 'INVALID_CREDENTIALS')).toBe(true);
    await auth.login('mike', codes[0] === 'OK' ? 'the first of two' : 'the second of two');
  });

  it.each([
    ['Password1234', 'is too common: it would be among the first to be guessed'],
    ['it is peter again', 'must not contain the username'],
    ['the Osei family', 'must not contain the name'],
  ])(
    'when the new one is "%s", answers VALIDATION_FAILED with what is wrong, and changes nothing',
    async (newPassword, message) => {
      const other = await auth.login('peter');
      const { token } = await auth.login('peter');
      const answer = await change(token, { currentPassword: 'hallway-demo', newPassword });
      expect([answer.status, answer.json.error.code]).toEqual([400, 'VALIDATION_FAILED']);
      expect(answer.json.error.details).toEqual([{ path: '/newPassword', message }]);
      expect((await auth.call('GET /api/auth/me', { token: other.token })).status).toBe(200);
      await auth.login('peter');
    },
  );

  it.each([11, 129])('when the new one has %i characters, answers VALIDATION_FAILED', async (length) => {
    const { token } = await auth.login('peter');
    const answer = await change(token, { currentPassword: 'hallway-demo', newPassword: 'x'.repeat(length) });
    expect([answer.status, answer.json.error.code]).toEqual([400, 'VALIDATION_FAILED']);
  });
});

describe('a fault of ours', () => {
  it('when a stored hash cannot be read, answers INTERNAL without a detail', async () => {
    const users = auth.connection.collection('users');
    const broken = { ...(await users.findOne({ usernameKey: 'alex' })), passwordHash: 'broken' };
    await users.insertOne({
      ...broken,
      _id: idOf('0123456789abcdef01234567'),
      username: 'broken',
      usernameKey: 'broken',
    });
    const answer = await auth.call('POST /api/auth/login', { body: { username: 'broken', password: 'hallway-demo' } });
    expect(answer.status).toBe(500);
    expect(answer.json).toEqual({
      error: {
        code: 'INTERNAL',
        message: 'Something went wrong on our side.',
        retryable: true,
        requestId: expect.any(String),
      },
    });
  });
});

describe('unknown routes', () => {
  it('when nothing is there, answers NOT_FOUND with the request id that came', async () => {
    const answer = await auth.call('GET /api/auth/nothing', { headers: { 'x-request-id': 'mine-1' } });
    expect([answer.status, answer.json.error.code, answer.json.error.requestId]).toEqual([404, 'NOT_FOUND', 'mine-1']);
    expect(answer.headers['x-request-id']).toBe('mine-1');
  });
});

describe('jwks', () => {
  it('when anybody asks, answers the public keys, cacheable and without private parts', async () => {
    const answer = await auth.call('GET /.well-known/jwks.json');
    expect(answer.headers['cache-control']).toContain('public');
    expect(answer.json.keys).toEqual([
      {
        kty: 'EC',
        crv: 'P-256',
        x: expect.any(String),
        y: expect.any(String),
        kid: expect.any(String),
        use: 'sig',
        alg: 'ES256',
      },
    ]);
    expect(headerOf((await auth.login('john')).token).kid).toBe(answer.json.keys[0].kid);
  });
});

function idOf(hex: string) {
  return auth.connection.base.Types.ObjectId.createFromHexString(hex);
}

function findSession(sid: string) {
  return auth.connection.collection('sessions').findOne({ _id: idOf(sid) });
}

async function updateSession(sid: string, $set: Record<string, unknown>) {
  await auth.connection.collection('sessions').updateOne({ _id: idOf(sid) }, { $set });
}

/** As if the grace had passed since the tokens of a session were used. */
async function ageSpentTokens(sid: string) {
  const sessions = auth.connection.collection('sessions');
  const session = await sessions.findOne({ _id: idOf(sid) });
  const spent = (session!.spent as { hash: string; at: Date }[]).map(({ hash, at }) => ({
    hash,
    at: new Date(at.getTime() - 10_001),
  }));
  await updateSession(sid, { spent });
}
