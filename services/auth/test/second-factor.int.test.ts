import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminFixture, goodPassword, startAdmin } from './admin-fixture.ts';
import { codeOf, createFactorSteps, refused } from './factor-fixture.ts';

let auth: AdminFixture;
let steps: ReturnType<typeof createFactorSteps>;
beforeAll(async () => {
  auth = await startAdmin();
  steps = createFactorSteps(auth);
});
afterAll(() => auth.stop());

describe('setting up an authenticator app', () => {
  it('when the session was not confirmed, answers CONFIRMATION_REQUIRED; after the password, a secret and its address', async () => {
    const { signIn, username } = await auth.person('student');
    const { token } = await signIn();
    const early = await auth.call('POST /api/auth/second-factor/totp', { token });
    expect(refused(early)).toEqual([403, 'CONFIRMATION_REQUIRED']);
    const wrong = await steps.confirm(token, { currentPassword: 'not the password' });
    expect(refused(wrong)).toEqual([401, 'INVALID_CREDENTIALS']);
    expect((await steps.confirm(token)).json).toEqual({ expiresIn: 300 });
    const begun = await auth.call('POST /api/auth/second-factor/totp', { token });
    expect(begun.headers['cache-control']).toBe('no-store');
    const uri = new URL(begun.json.uri);
    expect([uri.protocol, uri.host, uri.pathname]).toEqual(['otpauth:', 'totp', `/Hallway:${username}`]);
    expect(uri.searchParams.get('secret')).toBe(begun.json.secret);
    expect(begun.json.secret).toMatch(/^[A-Z2-7]{32}$/);
  });

  it('when no code has come back, the password alone still signs in; after the code, it does not', async () => {
    const { signIn, username } = await auth.person('student');
    const { token } = await signIn();
    await steps.confirm(token);
    const { secret } = (await auth.call('POST /api/auth/second-factor/totp', { token })).json;
    const confirm = (code: string) => auth.call('POST /api/auth/second-factor/totp/confirm', { token, body: { code } });
    const wrong = await confirm(codeOf(secret) === '000000' ? '000001' : '000000');
    expect(refused(wrong)).toEqual([400, 'VALIDATION_FAILED']);
    expect((await steps.login(username)).status).toBe(200);
    const done = await confirm(codeOf(secret));
    expect(done.json.recoveryCodes).toHaveLength(10);
    expect(new Set(done.json.recoveryCodes).size).toBe(10);
    expect(refused(await steps.login(username))).toEqual([401, 'SECOND_FACTOR_REQUIRED']);
    const overview = (await auth.call('GET /api/auth/second-factor', { token })).json;
    expect(overview).toEqual({
      totp: { addedAt: expect.any(String) },
      passkeys: [],
      recoveryCodesLeft: 10,
      required: false,
    });
  });

  it('when it is done, the other sessions of the person end, this one stays, and the audit log has it', async () => {
    const { id, signIn } = await auth.person('student');
    const [mine, other] = [await signIn(), await signIn()];
    await steps.addTotp(mine.token);
    expect((await auth.call('GET /api/auth/me', { token: mine.token })).status).toBe(200);
    expect(refused(await auth.call('GET /api/auth/me', { token: other.token }))).toEqual([401, 'SESSION_ENDED']);
    expect((await auth.call('POST /api/auth/refresh', { cookie: mine.cookie })).status).toBe(200);
    expect((await auth.audited(id)).map(({ action }) => action)).toContain('second-factor.totp-added');
  });

  it('when somebody reads the database, neither the secret nor a recovery code stands there', async () => {
    const { secret, recoveryCodes } = await steps.withTotp();
    const stored = JSON.stringify(await auth.connection.collection('secondFactors').find().toArray());
    const tokens = JSON.stringify(await auth.connection.collection('signInSteps').find().toArray());
    const audited = JSON.stringify(await auth.connection.collection('auditLog').find().toArray());
    for (const text of [stored, tokens, audited]) {
      expect(text).not.toContain(secret);
      for (const code of recoveryCodes) expect(text).not.toContain(code.replaceAll('-', ''));
    }
  });
});

describe('the second step of a login', () => {
  it('when the code is right, answers as a login does; when it comes again, it is refused', async () => {
    const somebody = await steps.withTotp();
    await steps.forgetSteps();
    const first = await steps.login(somebody.username);
    expect(first.json.error.details).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      expiresIn: 300,
      methods: ['totp', 'recovery-code'],
    });
    expect(first.cookie).toBeUndefined();
    expect(first.headers['cache-control']).toBe('no-store');
    const code = codeOf(somebody.secret);
    const done = await steps.answer(first.json.error.details.challenge, {
      code: `${code.slice(0, 3)} ${code.slice(3)}`,
    });
    expect(done.json).toEqual({ accessToken: expect.any(String), expiresIn: 600, user: expect.anything() });
    expect(done.cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(refused(await steps.answer(first.json.error.details.challenge, { code }))).toEqual([401, 'UNAUTHENTICATED']);
    const again = await steps.answer(await steps.challengeOf(somebody.username), { code });
    expect(refused(again)).toEqual([401, 'INVALID_CREDENTIALS']);
  });

  it('when one right code comes twice at the same moment, signs in once', async () => {
    const somebody = await steps.withTotp();
    await steps.forgetSteps();
    const challenges = await Promise.all([1, 2, 3].map(() => steps.challengeOf(somebody.username)));
    const code = codeOf(somebody.secret);
    const answers = await Promise.all(challenges.map((challenge) => steps.answer(challenge, { code })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  });

  it('when the clock of the phone is a step of thirty seconds early, accepts the code, and none of a step before it', async () => {
    const somebody = await steps.withTotp();
    await steps.forgetSteps();
    const early = await steps.answer(await steps.challengeOf(somebody.username), { code: codeOf(somebody.secret, 30) });
    expect(early.status).toBe(200);
    const back = await steps.answer(await steps.challengeOf(somebody.username), { code: codeOf(somebody.secret) });
    expect(refused(back)).toEqual([401, 'INVALID_CREDENTIALS']);
  });

  it('when a recovery code is given, however it is written, it works once and the audit log says how many are left', async () => {
    const { id, username, recoveryCodes } = await steps.withTotp();
    const [code = ''] = recoveryCodes;
    const typed = code.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'l');
    const done = await steps.answer(await steps.challengeOf(username), { recoveryCode: typed });
    expect(done.status).toBe(200);
    const again = await steps.answer(await steps.challengeOf(username), { recoveryCode: code });
    expect(refused(again)).toEqual([401, 'INVALID_CREDENTIALS']);
    const [entry] = await auth.audited(id);
    expect(entry).toMatchObject({ action: 'second-factor.recovery-code-used', details: { left: 9 } });
  });

  it('when one recovery code comes several times at the same moment, signs in once', async () => {
    const { username, recoveryCodes } = await steps.withTotp();
    const challenges = await Promise.all([1, 2, 3].map(() => steps.challengeOf(username)));
    const recoveryCode = recoveryCodes[0];
    const answers = await Promise.all(challenges.map((challenge) => steps.answer(challenge, { recoveryCode })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('when five answers to one challenge were wrong, it is over, and the audit log tells of guessing', async () => {
    const { id, username } = await steps.withTotp();
    const challenge = await steps.challengeOf(username);
    for (let tries = 0; tries < 5; tries += 1) {
      const wrong = await steps.answer(challenge, { recoveryCode: `nothing-${tries}` });
      expect(refused(wrong)).toEqual([401, 'INVALID_CREDENTIALS']);
    }
    expect(refused(await steps.answer(challenge, { recoveryCode: 'x' }))).toEqual([401, 'UNAUTHENTICATED']);
    expect((await auth.audited(id))[0]).toMatchObject({ action: 'second-factor.guessed', actorId: null });
  });

  it('when the password or the account changed in between, the challenge leads nowhere', async () => {
    const { id, username, recoveryCodes } = await steps.withTotp();
    const challenge = await steps.challengeOf(username);
    await auth.as(`PATCH /api/admin/users/${id}`, { password: 'another mango lantern 8' });
    const late = await steps.answer(challenge, { recoveryCode: recoveryCodes[0] });
    expect(refused(late)).toEqual([401, 'UNAUTHENTICATED']);
  });

  it.each([
    [{ challenge: 'x', code: '123456', recoveryCode: 'y' }],
    [{ challenge: 'x' }],
    [{ challenge: 'x', code: { $ne: '' } }],
    [{ code: '123456' }],
  ])('when the body is %j, answers VALIDATION_FAILED', async (body) => {
    const answer = await auth.call('POST /api/auth/login/second-factor', { body });
    expect(refused(answer)).toEqual([400, 'VALIDATION_FAILED']);
  });
});

describe('guessing codes', () => {
  it('when somebody who knows the password tries hundreds of codes from many addresses, ten are looked at', async () => {
    const { username } = await steps.withTotp();
    let tried = 0;
    const codes: string[] = [];
    const guess = async (index: number) => {
      const address = `198.51.${index % 5}.${1 + Math.floor(index / 5)}`;
      const first = await steps.login(username, goodPassword, address);
      const challenge = first.json.error.details?.challenge;
      if (challenge === undefined) codes.push(first.json.error.code);
      for (let code = 0; code < 5 && challenge !== undefined; code += 1) {
        const answer = await steps.answer(challenge, { code: String(100_000 + index * 5 + code) }, address);
        codes.push(answer.json.error?.code ?? 'OK');
        if (answer.json.error?.code === 'INVALID_CREDENTIALS') tried += 1;
      }
    };
    await Promise.all(Array.from({ length: 40 }, (_, index) => guess(index)));
    expect(tried).toBeLessThanOrEqual(10);
    expect(codes.filter((code) => code === 'RATE_LIMITED').length).toBeGreaterThan(20);
    expect(codes).not.toContain('OK');
  }, 60_000);

  it('when the hundredth code in a row is wrong, no code is right until something else was shown', async () => {
    const { id, username, secret, recoveryCodes } = await steps.withTotp();
    await auth.connection
      .collection('secondFactors')
      .updateMany({ totp: { $ne: null } }, { $set: { 'totp.wrongInARow': 99 } });
    await steps.forgetSteps();
    const use = async (given: object) => (await steps.answer(await steps.challengeOf(username), given)).status;
    expect(await use({ code: 'abcdef' })).toBe(401);
    expect((await auth.audited(id))[0]).toMatchObject({ action: 'second-factor.codes-locked' });
    expect(await use({ code: codeOf(secret) })).toBe(401);
    expect(await use({ recoveryCode: recoveryCodes[0] })).toBe(200);
    expect(await use({ code: codeOf(secret) })).toBe(200);
  });

  it('when only the password was right at an address, the address does not become one of the person', async () => {
    const { username } = await steps.withTotp();
    const stranger = '203.0.113.77';
    await steps.challengeOf(username, stranger);
    // From everywhere else the account uses up its tries; a known address would have a count of its own.
    for (let tries = 0; tries < 10; tries += 1) await steps.login(username, 'wrong', '203.0.113.78');
    expect(refused(await steps.login(username, goodPassword, stranger))).toEqual([429, 'RATE_LIMITED']);
  });
});

describe('changing factors', () => {
  it('when recovery codes are renewed, the old ones are no good and the new ones are', async () => {
    const { token, username, recoveryCodes } = await steps.withTotp();
    const renewed = await auth.call('POST /api/auth/second-factor/recovery-codes', { token });
    expect(renewed.json.recoveryCodes).toHaveLength(10);
    const use = async (code: string) =>
      (await steps.answer(await steps.challengeOf(username), { recoveryCode: code })).status;
    expect(await use(recoveryCodes[3] ?? '')).toBe(401);
    expect(await use(renewed.json.recoveryCodes[3])).toBe(200);
  });

  it('when another app is set up, the first one is no good any more and the recovery codes stay', async () => {
    const { token, username, secret } = await steps.withTotp();
    const second = await steps.addTotp(token);
    expect(second.recoveryCodes).toBeNull();
    await steps.forgetSteps();
    const old = await steps.answer(await steps.challengeOf(username), { code: codeOf(secret) });
    expect(refused(old)).toEqual([401, 'INVALID_CREDENTIALS']);
    const fresh = await steps.answer(await steps.challengeOf(username), { code: codeOf(second.secret) });
    expect(fresh.status).toBe(200);
  });

  it('when the app is removed, the password alone signs in again and the codes are gone', async () => {
    const { token, username } = await steps.withTotp();
    expect((await auth.call('DELETE /api/auth/second-factor/totp', { token })).status).toBe(204);
    expect((await steps.login(username)).status).toBe(200);
    const overview = (await auth.call('GET /api/auth/second-factor', { token })).json;
    expect(overview).toMatchObject({ totp: null, recoveryCodesLeft: 0 });
    expect(refused(await auth.call('DELETE /api/auth/second-factor/totp', { token }))).toEqual([404, 'NOT_FOUND']);
    const codes = await auth.call('POST /api/auth/second-factor/recovery-codes', { token });
    expect(refused(codes)).toEqual([409, 'CONFLICT']);
  });

  it('when the confirmation is older than five minutes, it is asked for again', async () => {
    const { token } = await steps.withTotp();
    const long = new Date(Date.now() - 301_000);
    await auth.connection.collection('sessions').updateMany({}, { $set: { confirmedAt: long } });
    const answer = await auth.call('DELETE /api/auth/second-factor/totp', { token });
    expect(refused(answer)).toEqual([403, 'CONFIRMATION_REQUIRED']);
  });
});

describe('an administrator’s reset', () => {
  it('when somebody has lost everything, takes their factors away, ends their sessions and leaves an entry', async () => {
    const { id, username, token } = await steps.withTotp();
    expect((await auth.as(`DELETE /api/admin/users/${id}/second-factor`)).status).toBe(204);
    expect(refused(await auth.call('GET /api/auth/me', { token }))).toEqual([401, 'SESSION_ENDED']);
    expect((await steps.login(username)).status).toBe(200);
    expect((await auth.audited(id))[0]).toMatchObject({ action: 'second-factor.reset', actorId: auth.adminId });
  });

  it('when it is oneself, or nobody, or the caller is no administrator, refuses', async () => {
    const reset = (id: string, token = auth.adminToken) =>
      auth.call(`DELETE /api/admin/users/${id}/second-factor`, { token });
    expect(refused(await reset(auth.adminId))).toEqual([409, 'CONFLICT']);
    expect(refused(await reset('0123456789abcdef01234567'))).toEqual([404, 'NOT_FOUND']);
    const { token } = await auth.login('chen');
    expect(refused(await reset(auth.adminId, token))).toEqual([403, 'FORBIDDEN']);
  });
});
