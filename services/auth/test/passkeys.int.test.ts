import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminFixture, startAdmin } from './admin-fixture.ts';
import { createFactorSteps, refused } from './factor-fixture.ts';
import { createAuthenticator } from './software-authenticator.ts';

let auth: AdminFixture;
let steps: ReturnType<typeof createFactorSteps>;
beforeAll(async () => {
  auth = await startAdmin();
  steps = createFactorSteps(auth);
});
afterAll(() => auth.stop());

/** Somebody with one passkey. */
async function withPasskey(options: Parameters<typeof createAuthenticator>[0] = {}, role = 'student') {
  const somebody = await auth.person(role);
  const { token } = await somebody.signIn();
  const authenticator = createAuthenticator(options);
  const added = await steps.addPasskey(token, authenticator);
  if (added.status !== 201) throw new Error(added.text);
  return { ...somebody, token, authenticator, added: added.json };
}

async function signInWith(authenticator: ReturnType<typeof createAuthenticator>) {
  const { options } = (await auth.call('POST /api/auth/login/passkey/options')).json;
  return auth.call('POST /api/auth/login/passkey', { body: { passkey: authenticator.get(options) } });
}

describe('adding a passkey', () => {
  it('when it is the first factor, answers it with ten recovery codes, and the list has it', async () => {
    const { added, token, id } = await withPasskey();
    expect(added.recoveryCodes).toHaveLength(10);
    expect(added.passkey).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      name: 'My laptop',
      createdAt: expect.any(String),
      lastUsedAt: null,
      backedUp: false,
    });
    const { passkeys } = (await auth.call('GET /api/auth/second-factor', { token })).json;
    expect(passkeys).toEqual([added.passkey]);
    expect((await auth.audited(id))[0]).toMatchObject({ action: 'second-factor.passkey-added' });
  });

  it('when options are asked for, they belong to the host, name the person and leave out what they have', async () => {
    const { token, username, authenticator } = await withPasskey();
    const { options } = (await auth.call('POST /api/auth/second-factor/passkeys/options', { token })).json;
    expect(options.rp).toEqual({ id: 'hallway.test', name: 'Hallway' });
    expect(options.user).toMatchObject({ name: username, displayName: 'Nobody Special' });
    expect(Buffer.from(options.user.id, 'base64url').length).toBe(32);
    const { id } = authenticator.create(options);
    expect(options.excludeCredentials).toMatchObject([{ id }]);
  });

  it.each([
    ['made on another site', { at: 'http://hallway.evil' }],
    ['made on a subdomain', { at: 'http://phish.hallway.test' }],
  ])('when it was %s, answers VALIDATION_FAILED', async (_what, options) => {
    const { token } = await (await auth.person('student')).signIn();
    expect(refused(await steps.addPasskey(token, createAuthenticator(options)))).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('when an answer comes twice, or the options were somebody else’s, refuses it', async () => {
    const [mine, theirs] = await Promise.all([withPasskey(), withPasskey()]);
    const { options } = (await auth.call('POST /api/auth/second-factor/passkeys/options', { token: mine.token })).json;
    const body = { name: 'Phone', passkey: createAuthenticator().create(options) };
    const route = 'POST /api/auth/second-factor/passkeys';
    expect(refused(await auth.call(route, { token: theirs.token, body }))).toEqual([400, 'VALIDATION_FAILED']);
    expect((await auth.call(route, { token: mine.token, body })).status).toBe(201);
    expect(refused(await auth.call(route, { token: mine.token, body }))).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('when somebody else has it, or the person has it already, answers CONFLICT', async () => {
    const { authenticator, token } = await withPasskey();
    const other = await (await auth.person('student')).signIn();
    // Two people at once, neither of whom the other one knows of.
    const answers = await Promise.all([token, other.token].map((each) => steps.addPasskey(each, authenticator)));
    expect(answers.map(refused)).toEqual([
      [409, 'CONFLICT'],
      [409, 'CONFLICT'],
    ]);
  });

  it('when it is the eleventh, answers CONFLICT', async () => {
    const { token } = await withPasskey();
    for (let number = 2; number <= 10; number += 1) {
      expect((await steps.addPasskey(token, createAuthenticator(), `Key ${number}`)).status).toBe(201);
    }
    expect(refused(await steps.addPasskey(token, createAuthenticator()))).toEqual([409, 'CONFLICT']);
  });
});

describe('a passkey as the second step', () => {
  it('when it signs the challenge of this login, answers as a login does', async () => {
    const { username, authenticator } = await withPasskey({ verifies: false });
    const { details } = (await steps.login(username)).json.error;
    expect(details.methods).toEqual(['passkey', 'recovery-code']);
    expect(details.passkeyOptions.userVerification).toBe('preferred');
    const passkey = authenticator.get(details.passkeyOptions);
    const done = await steps.answer(details.challenge, { passkey });
    expect(done.status).toBe(200);
    const again = await steps.answer(await steps.challengeOf(username), { passkey });
    expect(refused(again)).toEqual([401, 'INVALID_CREDENTIALS']);
  });

  it('when it is somebody else’s, or of another challenge, refuses it', async () => {
    const [mine, theirs] = await Promise.all([withPasskey(), withPasskey()]);
    const { details } = (await steps.login(mine.username)).json.error;
    const foreign = theirs.authenticator.get(details.passkeyOptions);
    expect(refused(await steps.answer(details.challenge, { passkey: foreign }))).toEqual([401, 'INVALID_CREDENTIALS']);
    const { options } = (await auth.call('POST /api/auth/login/passkey/options')).json;
    const elsewhere = mine.authenticator.get(options);
    expect(refused(await steps.answer(details.challenge, { passkey: elsewhere }))).toEqual([
      401,
      'INVALID_CREDENTIALS',
    ]);
  });
});

describe('signing in with a passkey alone', () => {
  it('when the device knows who it is and opened it, answers as a login does, without a name', async () => {
    const { id, authenticator, token } = await withPasskey();
    const done = await signInWith(authenticator);
    expect(done.status).toBe(200);
    expect(done.json).toEqual({
      accessToken: expect.any(String),
      expiresIn: 600,
      user: expect.objectContaining({ id }),
    });
    expect(done.cookie).toMatchObject({ httpOnly: true });
    const { passkeys } = (await auth.call('GET /api/auth/second-factor', { token })).json;
    expect(passkeys[0].lastUsedAt).toEqual(expect.any(String));
  });

  it('when the device did not ask for a finger or a PIN, refuses it', async () => {
    const { authenticator } = await withPasskey({ verifies: false });
    expect(refused(await signInWith(authenticator))).toEqual([401, 'INVALID_CREDENTIALS']);
  });

  it('when the same answer comes twice at once, signs in once', async () => {
    const { authenticator } = await withPasskey();
    const { options } = (await auth.call('POST /api/auth/login/passkey/options')).json;
    const body = { passkey: authenticator.get(options) };
    const answers = await Promise.all([1, 2, 3].map(() => auth.call('POST /api/auth/login/passkey', { body })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  });

  it('when its count falls behind, as that of a copy does, refuses it and the audit log tells', async () => {
    const { id, authenticator } = await withPasskey({ counter: 5 });
    expect((await signInWith(authenticator)).status).toBe(200);
    authenticator.setCount(4);
    expect(refused(await signInWith(authenticator))).toEqual([401, 'INVALID_CREDENTIALS']);
    expect((await auth.audited(id))[0]).toMatchObject({ action: 'second-factor.passkey-copied', actorId: null });
    authenticator.setCount(9);
    expect((await signInWith(authenticator)).status).toBe(200);
  });

  it('when the account is deactivated, or the passkey unknown, removed or made up, answers alike', async () => {
    const { id, authenticator } = await withPasskey();
    await auth.as(`PATCH /api/admin/users/${id}`, { active: false });
    const removed = await withPasskey();
    await auth.call(`DELETE /api/auth/second-factor/passkeys/${removed.added.passkey.id}`, { token: removed.token });
    const texts = [];
    for (const each of [authenticator, createAuthenticator(), removed.authenticator]) {
      const answer = await signInWith(each);
      texts.push({ ...answer.json.error, requestId: '' });
    }
    expect(new Set(texts.map((text) => JSON.stringify(text))).size).toBe(1);
    expect(texts[0].code).toBe('INVALID_CREDENTIALS');
  });

  it('when the challenge is over or made up, refuses it', async () => {
    const { authenticator } = await withPasskey();
    const { options } = (await auth.call('POST /api/auth/login/passkey/options')).json;
    const bytes = Buffer.from(options.challenge, 'base64url');
    bytes.writeUIntBE(Date.now() + 3_600_000, 16, 6);
    const passkey = authenticator.get({ ...options, challenge: bytes.toString('base64url') });
    const answer = await auth.call('POST /api/auth/login/passkey', { body: { passkey } });
    expect(refused(answer)).toEqual([401, 'INVALID_CREDENTIALS']);
  });
});

describe('confirming with a passkey', () => {
  it('when the device opened it, factors can be changed; when it did not, they cannot', async () => {
    for (const [verifies, status] of [
      [true, 200],
      [false, 401],
    ] as const) {
      const { token, authenticator } = await withPasskey({ verifies });
      await auth.connection.collection('sessions').updateMany({}, { $unset: { confirmedAt: '' } });
      const { options } = (await auth.call('POST /api/auth/second-factor/confirmation/options', { token })).json;
      expect((await steps.confirm(token, { passkey: authenticator.get(options) })).status).toBe(status);
      const renewed = await auth.call('POST /api/auth/second-factor/recovery-codes', { token });
      expect(renewed.status).toBe(verifies ? 200 : 403);
    }
  });
});

describe('renaming a passkey', () => {
  it('when it is one’s own, has the new name; somebody else’s is NOT_FOUND, and no name VALIDATION_FAILED', async () => {
    const [mine, theirs] = await Promise.all([withPasskey(), withPasskey()]);
    const rename = (id: string, name: string) =>
      auth.call(`PATCH /api/auth/second-factor/passkeys/${id}`, { token: mine.token, body: { name } });
    const { id } = mine.added.passkey;
    expect((await rename(id, ' Phone ')).json).toEqual({ passkey: { ...mine.added.passkey, name: 'Phone' } });
    const { passkeys } = (await auth.call('GET /api/auth/second-factor', { token: mine.token })).json;
    expect(passkeys.map(({ name }: { name: string }) => name)).toEqual(['Phone']);
    expect((await auth.audited(mine.id))[0]).toMatchObject({
      action: 'second-factor.passkey-renamed',
      details: { passkey: 'Phone', before: 'My laptop' },
    });
    expect((await signInWith(mine.authenticator)).status).toBe(200);
    expect(refused(await rename(theirs.added.passkey.id, 'Mine'))).toEqual([404, 'NOT_FOUND']);
    expect(refused(await rename(id, ' '))).toEqual([400, 'VALIDATION_FAILED']);
    expect(refused(await rename(id, 'two\nlines'))).toEqual([400, 'VALIDATION_FAILED']);
  });
});

describe('removing a passkey', () => {
  it('when it is one of two, the other one stays; when it is somebody else’s, answers NOT_FOUND', async () => {
    const [mine, theirs] = await Promise.all([withPasskey(), withPasskey()]);
    const second = createAuthenticator();
    await steps.addPasskey(mine.token, second, 'Phone');
    const remove = (id: string) => auth.call(`DELETE /api/auth/second-factor/passkeys/${id}`, { token: mine.token });
    expect(refused(await remove(theirs.added.passkey.id))).toEqual([404, 'NOT_FOUND']);
    expect((await remove(mine.added.passkey.id)).status).toBe(204);
    expect((await signInWith(second)).status).toBe(200);
    expect(refused(await signInWith(mine.authenticator))).toEqual([401, 'INVALID_CREDENTIALS']);
  });
});
