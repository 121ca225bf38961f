import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthFixture, startAuth } from './auth-fixture.ts';
import { codeOf, refused } from './factor-fixture.ts';
import { createAuthenticator } from './software-authenticator.ts';

let auth: AuthFixture;
beforeAll(async () => {
  auth = await startAuth({ SECOND_FACTOR_ROLES: 'admin, instructor' });
});
afterAll(() => auth.stop());

const login = (username: string) => auth.call('POST /api/auth/login', { body: { username, password: 'hallway-demo' } });

async function setupTokenOf(username: string): Promise<string> {
  const answer = await login(username);
  expect(refused(answer)).toEqual([403, 'SECOND_FACTOR_SETUP_REQUIRED']);
  expect(answer.cookie).toBeUndefined();
  return answer.json.error.details.setupToken;
}

describe('a role that needs a second factor', () => {
  it('when somebody of another role signs in, nothing is different', async () => {
    expect((await login('john')).status).toBe(200);
  });

  it('when there is no factor yet, the setup token does nothing but set one up, and then the first session begins', async () => {
    const setupToken = await setupTokenOf('chen');
    expect(refused(await auth.call('GET /api/auth/me', { token: setupToken }))).toEqual([401, 'UNAUTHENTICATED']);
    expect(refused(await auth.call('POST /api/auth/refresh', { cookie: setupToken }))).toEqual([401, 'SESSION_ENDED']);
    const asStep = { challenge: setupToken, recoveryCode: 'x' };
    expect(refused(await auth.call('POST /api/auth/login/second-factor', { body: asStep }))).toEqual([
      401,
      'UNAUTHENTICATED',
    ]);
    const begun = await auth.call('POST /api/auth/login/setup/totp', { body: { setupToken } });
    const confirm = (code: string) =>
      auth.call('POST /api/auth/login/setup/totp/confirm', { body: { setupToken, code } });
    expect(refused(await confirm('000000'))).toEqual([400, 'VALIDATION_FAILED']);
    const done = await confirm(codeOf(begun.json.secret));
    expect(done.status).toBe(200);
    expect(done.json.recoveryCodes).toHaveLength(10);
    expect(done.cookie).toMatchObject({ httpOnly: true });
    expect((await auth.call('GET /api/auth/me', { token: done.json.accessToken })).status).toBe(200);
    expect(refused(await login('chen'))).toEqual([401, 'SECOND_FACTOR_REQUIRED']);
    expect(refused(await confirm(codeOf(begun.json.secret)))).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('when a passkey is set up, the first session begins as well', async () => {
    const setupToken = await setupTokenOf('okafor');
    const { options } = (await auth.call('POST /api/auth/login/setup/passkey', { body: { setupToken } })).json;
    const body = { setupToken, name: 'Laptop', passkey: createAuthenticator().create(options) };
    const done = await auth.call('POST /api/auth/login/setup/passkey/confirm', { body });
    expect(done.status).toBe(200);
    expect(done.json.recoveryCodes).toHaveLength(10);
  });

  it('when two setups of one person run at once, the one that comes second is refused', async () => {
    const [first, second] = [await setupTokenOf('admin'), await setupTokenOf('admin')];
    const { secret } = (await auth.call('POST /api/auth/login/setup/totp', { body: { setupToken: first } })).json;
    const body = { setupToken: first, code: codeOf(secret) };
    expect((await auth.call('POST /api/auth/login/setup/totp/confirm', { body })).status).toBe(200);
    const late = await auth.call('POST /api/auth/login/setup/totp', { body: { setupToken: second } });
    expect(refused(late)).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('when an app and a passkey are set up in the same moment, one of them stands and the other is refused', async () => {
    await auth.connection.collection('secondFactors').deleteMany({});
    const setupToken = await setupTokenOf('admin');
    const { secret } = (await auth.call('POST /api/auth/login/setup/totp', { body: { setupToken } })).json;
    const { options } = (await auth.call('POST /api/auth/login/setup/passkey', { body: { setupToken } })).json;
    const passkey = createAuthenticator().create(options);
    const done = await Promise.all([
      auth.call('POST /api/auth/login/setup/totp/confirm', { body: { setupToken, code: codeOf(secret) } }),
      auth.call('POST /api/auth/login/setup/passkey/confirm', { body: { setupToken, name: 'Laptop', passkey } }),
    ]);
    expect(done.map(({ status }) => status).sort()).toEqual([200, 401]);
    const stored = await auth.connection.collection('secondFactors').findOne({});
    expect((stored!.totp === null ? 0 : 1) + stored!.passkeys.length).toBe(1);
  });

  it('when the factor is the last one, it cannot be removed', async () => {
    await auth.connection.collection('secondFactors').deleteMany({});
    const setupToken = await setupTokenOf('chen');
    const { secret } = (await auth.call('POST /api/auth/login/setup/totp', { body: { setupToken } })).json;
    const body = { setupToken, code: codeOf(secret) };
    const token = (await auth.call('POST /api/auth/login/setup/totp/confirm', { body })).json.accessToken;
    const currentPassword = 'hallway-demo';
    await auth.call('POST /api/auth/second-factor/confirmation', { token, body: { currentPassword } });
    expect((await auth.call('GET /api/auth/second-factor', { token })).json.required).toBe(true);
    expect(refused(await auth.call('DELETE /api/auth/second-factor/totp', { token }))).toEqual([409, 'CONFLICT']);
    const { options } = (await auth.call('POST /api/auth/second-factor/passkeys/options', { token })).json;
    const passkey = createAuthenticator().create(options);
    await auth.call('POST /api/auth/second-factor/passkeys', { token, body: { name: 'Laptop', passkey } });
    expect((await auth.call('DELETE /api/auth/second-factor/totp', { token })).status).toBe(204);
  });

  it('when the role has come to need one during a session, the next refresh ends it', async () => {
    const before = await auth.login('sarah');
    await auth.connection
      .collection('users')
      .updateOne({ usernameKey: 'sarah' }, { $set: { roles: ['student', 'admin'] } });
    expect(refused(await auth.call('POST /api/auth/refresh', { cookie: before.cookie }))).toEqual([
      401,
      'SESSION_ENDED',
    ]);
    await setupTokenOf('sarah');
  });
});
