import { generateSync } from 'otplib';
import type { AdminFixture } from './admin-fixture.ts';
import { goodPassword } from './admin-fixture.ts';
import type { createAuthenticator } from './software-authenticator.ts';

type Fixture = Pick<AdminFixture, 'call' | 'person' | 'connection'>;

/** The code of a moment, as an authenticator app shows it. */
export function codeOf(secret: string, shiftSeconds = 0): string {
  return generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + shiftSeconds });
}

/** The status and the code of an answer, which has none where nothing was refused. */
export function refused(answer: { status: number; json: { error?: { code: string } } }) {
  return [answer.status, answer.json?.error?.code];
}

/** What people do about their second factors, step by step as a client would. */
export function createFactorSteps({ call, person, connection }: Fixture) {
  const login = (username: string, password = goodPassword, address?: string) =>
    call('POST /api/auth/login', { body: { username, password }, ...(address === undefined ? {} : { address }) });

  const answer = (challenge: string, given: object, address?: string) =>
    call('POST /api/auth/login/second-factor', {
      body: { challenge, ...given },
      ...(address === undefined ? {} : { address }),
    });

  const confirm = (token: string, body: object = { currentPassword: goodPassword }) =>
    call('POST /api/auth/second-factor/confirmation', { token, body });

  async function addTotp(token: string) {
    await confirm(token);
    const { secret, uri } = (await call('POST /api/auth/second-factor/totp', { token })).json;
    const body = { code: codeOf(secret) };
    const done = await call('POST /api/auth/second-factor/totp/confirm', { token, body });
    if (done.status !== 200) throw new Error(done.text);
    return { secret: secret as string, uri: uri as string, recoveryCodes: done.json.recoveryCodes as string[] };
  }

  async function addPasskey(token: string, authenticator: ReturnType<typeof createAuthenticator>, name = 'My laptop') {
    await confirm(token);
    const { options } = (await call('POST /api/auth/second-factor/passkeys/options', { token })).json;
    const body = { name, passkey: authenticator.create(options) };
    return call('POST /api/auth/second-factor/passkeys', { token, body });
  }

  return {
    login,
    answer,
    confirm,
    addTotp,
    addPasskey,
    /** The challenge of a second step. */
    async challengeOf(username: string, address?: string): Promise<string> {
      const asked = await login(username, goodPassword, address);
      if (asked.json.error?.code !== 'SECOND_FACTOR_REQUIRED') throw new Error(asked.text);
      return asked.json.error.details.challenge;
    },
    /**
     * Somebody with an authenticator app. The code of the setting-up is used; that of the next time step, which a clock that is
     * early shows, is not.
     */
    async withTotp(role = 'student') {
      const somebody = await person(role);
      const { token } = await somebody.signIn();
      return { ...somebody, token, ...(await addTotp(token)) };
    },
    /** Forgets which codes were used, so that the code of the moment is good again. */
    forgetSteps: () =>
      connection.collection('secondFactors').updateMany({ totp: { $ne: null } }, { $set: { 'totp.lastStep': 0 } }),
  };
}
