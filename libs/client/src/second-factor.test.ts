import { describe, expect, it } from 'vitest';
import { createError } from './faults.ts';
import type { HttpRequest } from './http.ts';
import { createSecondFactorClient, createSignInSteps, findSecondStep, findSetup } from './second-factor.ts';
import { SessionKeeper } from './session.ts';
import { createTimers } from './timers.ts';

const ignore = () => undefined;
const token = {
  accessToken: 'token',
  expiresIn: 600,
  user: { id: 'a'.repeat(24), username: 'nora', name: 'Nora', role: 'student' },
};

/** A server that answers by path, and what it was asked. */
function createParts(answers: Record<string, unknown>) {
  const asked: HttpRequest[] = [];
  const sendRequest = async (request: HttpRequest) => {
    asked.push(request);
    const answer = answers[request.path];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const timers = createTimers(ignore);
  const shared = { tabs: null, timers, now: Date.now, random: Math.random, onFault: ignore, onWaiting: ignore };
  const session = new SessionKeeper({ ...shared, sendRequest });
  session.end(null);
  return { asked, session, steps: createSignInSteps({ sendRequest, session }), stop: () => timers.clearAll() };
}

describe('findSecondStep', () => {
  it('when a sign-in asks for more, answers what follows; otherwise null', () => {
    const details = { challenge: 'c', expiresIn: 300, methods: ['totp'] };
    const step = createError('SECOND_FACTOR_REQUIRED', undefined, details);
    const setup = createError('SECOND_FACTOR_SETUP_REQUIRED', undefined, { setupToken: 's', expiresIn: 300 });
    expect([findSecondStep(step), findSetup(step)]).toEqual([details, null]);
    expect([findSecondStep(setup), findSetup(setup)?.setupToken]).toEqual([null, 's']);
    expect([findSecondStep(new Error('else')), findSetup(createError('INVALID_CREDENTIALS'))]).toEqual([null, null]);
  });
});

describe('createSignInSteps', () => {
  it('when the second step is right, is signed in; when it is wrong, stays signed out and says why', async () => {
    const right = createParts({ '/api/auth/login/second-factor': token });
    await right.steps.answer({ challenge: 'c', code: '123456' });
    expect(right.session.store.getSnapshot()).toMatchObject({ status: 'signed-in', user: { username: 'nora' } });
    expect(right.asked[0]).toMatchObject({ method: 'POST', body: { challenge: 'c', code: '123456' } });
    right.stop();
    const wrong = createParts({ '/api/auth/login/second-factor': createError('INVALID_CREDENTIALS') });
    await expect(wrong.steps.answer({ challenge: 'c', code: '1' })).rejects.toMatchObject({
      body: { code: 'INVALID_CREDENTIALS' },
    });
    expect(wrong.session.store.getSnapshot().status).toBe('signed-out');
  });

  it('when a first factor was set up, shows the codes before the session begins', async () => {
    const { steps, session, stop } = createParts({
      '/api/auth/login/setup/totp/confirm': { ...token, recoveryCodes: ['x'] },
      '/api/auth/refresh': token,
    });
    const first = await steps.setUp('s').finishTotp('123456');
    expect(first.recoveryCodes).toEqual(['x']);
    expect(session.store.getSnapshot().status).toBe('signed-out');
    await first.enter();
    expect(session.store.getSnapshot().status).toBe('signed-in');
    stop();
  });
});

describe('createSecondFactorClient', () => {
  it('when a passkey is renamed or removed, names it in the address', async () => {
    const asked: unknown[] = [];
    const refuse = async () => {
      throw createError('NOT_FOUND');
    };
    const rest = {
      get: refuse,
      post: refuse,
      put: refuse,
      patch: async (path: string, body: unknown) => {
        asked.push([path, body]);
        return { passkey: { name: 'Phone' } };
      },
      remove: async (path: string) => asked.push(path),
    };
    const client = createSecondFactorClient(rest);
    expect(await client.renamePasskey('0'.repeat(24), 'Phone')).toEqual({ name: 'Phone' });
    await client.removePasskey('0'.repeat(24));
    const path = `/api/auth/second-factor/passkeys/${'0'.repeat(24)}`;
    expect(asked).toEqual([[path, { name: 'Phone' }], path]);
  });
});
