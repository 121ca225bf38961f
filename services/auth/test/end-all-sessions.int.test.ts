import { createBusNames } from '@hallway/bus';
import { createLog, createMongo, createRedis, type Mongo } from '@hallway/platform';
import { eventually } from '@hallway/testkit';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSignIn, type SignIn } from '../src/sign-in.ts';
import { type AuthFixture, startAuth } from './auth-fixture.ts';

const log = createLog({ service: 'auth', instance: 'test', level: 'silent' });

let auth: AuthFixture;
let mongo: Mongo;
let redis: Redis;
/** As another process of the service, with the same stores. */
let signIn: SignIn;

beforeAll(async () => {
  auth = await startAuth();
  mongo = createMongo({ uri: auth.config.MONGODB_URI, appName: 'test', log });
  await mongo.ready();
  redis = createRedis({ url: auth.config.REDIS_URL, log, role: 'test', kind: 'commands' });
  await eventually(() => expect(redis.status).toBe('ready'));
  signIn = buildSignIn({ config: auth.config, log, mongo, redis });
  await signIn.keyRing.load();
});
afterAll(async () => {
  signIn.keyRing.stop();
  redis.disconnect();
  await mongo.close();
  await auth.stop();
});

const sidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).sid as string;
const codeOf = async (token: string) => {
  const answer = await auth.call('GET /api/auth/me', { token });
  return answer.status === 200 ? 'OK' : answer.json.error.code;
};
const refreshCode = async (cookie: string) => {
  const answer = await auth.call('POST /api/auth/refresh', { cookie });
  return answer.status === 200 ? 'OK' : answer.json.error.code;
};

async function announced(userId: string) {
  const entries = await redis.xrange(createBusNames(auth.config.REDIS_PREFIX).sessionEndings, '-', '+');
  return entries.map(([, fields]) => JSON.parse(fields[1]!)).filter((ending) => ending.userId === userId);
}

/** What gateways and message services are told while Redis is away. */
async function polled(userId: string) {
  const since = new Date(Date.now() - 60_000).toISOString();
  const response = await fetch(`${auth.internalUrl}/session-endings?since=${since}`);
  const { endings } = (await response.json()) as { endings: { userId: string; sessionId: string }[] };
  return endings.filter((ending) => ending.userId === userId).toSorted(bySession);
}

const bySession = (a: { sessionId: string }, b: { sessionId: string }) => (a.sessionId < b.sessionId ? -1 : 1);

function setAccount(userId: string, $set: Record<string, unknown>) {
  const _id = auth.connection.base.Types.ObjectId.createFromHexString(userId);
  return auth.connection.collection('users').updateOne({ _id }, { $set });
}

describe('endSessionsOf', () => {
  it.each([
    ['john', 'password-changed'],
    ['sarah', 'deactivated'],
    ['mike', 'role-changed'],
    ['maya', 'ended-elsewhere'],
  ] as const)('when all sessions of %s end as %s, refuses and announces each of them', async (username, reason) => {
    const logins = [await auth.login(username), await auth.login(username), await auth.login(username)];
    const bystander = await auth.login('admin');
    const { id } = logins[0]!.user;
    expect(await signIn.endSessionsOf(id, reason)).toBe(3);
    for (const { token, cookie } of logins) {
      expect(await codeOf(token)).toBe('SESSION_ENDED');
      expect(await refreshCode(cookie)).toBe('SESSION_ENDED');
    }
    const endings = await announced(id);
    expect(endings.map(({ sessionId }) => sessionId).sort()).toEqual(logins.map(({ token }) => sidOf(token)).sort());
    expect(new Set(endings.map((ending) => ending.reason))).toEqual(new Set([reason]));
    expect(await polled(id)).toEqual(endings.toSorted(bySession));
    expect(await codeOf(bystander.token)).toBe('OK');
    // Nobody is locked out by it, and doing it again has nothing left to end.
    expect(await codeOf((await auth.login(username)).token)).toBe('OK');
    expect(await signIn.endSessionsOf(id, reason)).toBe(1);
    expect(await signIn.endSessionsOf(id, reason)).toBe(0);
  });

  it('when one is to be kept, it lives on and can be refreshed', async () => {
    const [lost, kept] = [await auth.login('peter'), await auth.login('peter')];
    expect(await signIn.endSessionsOf(kept.user.id, 'password-changed', { keep: sidOf(kept.token) })).toBe(1);
    expect([await codeOf(lost.token), await codeOf(kept.token)]).toEqual(['SESSION_ENDED', 'OK']);
    expect(await refreshCode(kept.cookie)).toBe('OK');
  });

  it('when a sign-in that had read the account before stores its session after, that session is over', async () => {
    const { user } = await auth.login('tom');
    const readBefore = (await signIn.accounts.findById(user.id))!;
    await signIn.endSessionsOf(user.id, 'password-changed');
    await expect(signIn.openSession(readBefore, 'late')).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(await signIn.sessions.listLive(user.id, new Date())).toEqual([]);
  });

  it('when the account was deactivated in the middle of a sign-in, answers like a wrong password', async () => {
    const { user } = await auth.login('alex');
    const readBefore = (await signIn.accounts.findById(user.id))!;
    await setAccount(user.id, { active: false });
    await signIn.endSessionsOf(user.id, 'deactivated');
    await expect(signIn.openSession(readBefore, 'late')).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(await signIn.sessions.listLive(user.id, new Date())).toEqual([]);
  });

  it('when it died before it had ended every session, the refresh of what is left ends it', async () => {
    const { token, cookie, user } = await auth.login('chen');
    await signIn.accounts.advanceSessionsEpoch(user.id);
    expect(await refreshCode(cookie)).toBe('SESSION_ENDED');
    expect(await codeOf(token)).toBe('SESSION_ENDED');
  });
});

describe('a change of the password', () => {
  const words = (number: number) => ({ newPassword: `quiet lantern number ${number}` });

  it('when a session is refreshed all the while, the one that changes it lives on', async () => {
    const somebody = await auth.login('maya');
    let cookie = somebody.cookie;
    let over = false;
    const refusals: string[] = [];
    const refreshing = (async () => {
      while (!over) {
        const answer = await auth.call('POST /api/auth/refresh', { cookie });
        if (answer.status === 200) cookie = answer.cookie!.value;
        else refusals.push(answer.json.error.code);
      }
    })();
    let currentPassword = 'hallway-demo';
    for (let number = 0; number < 5; number += 1) {
      const body = { currentPassword, ...words(number) };
      const answer = await auth.call('POST /api/auth/password', { token: somebody.token, body });
      expect(answer.status).toBe(204);
      currentPassword = body.newPassword;
    }
    over = true;
    await refreshing;
    expect(refusals).toEqual([]);
    expect(await codeOf(somebody.token)).toBe('OK');
  });

  it('when the service dies right after it is stored, no session of the former password can be refreshed', async () => {
    const { cookie, user } = await auth.login('chen');
    const account = (await signIn.accounts.findById(user.id))!;
    const hash = await signIn.hashPassword('quiet lantern number 9');
    expect(await signIn.accounts.changePasswordHash(user.id, account.passwordHash, hash)).toBe(
      account.sessionsEpoch + 1,
    );
    expect(await signIn.accounts.changePasswordHash(user.id, account.passwordHash, hash)).toBeNull();
    expect(await refreshCode(cookie)).toBe('SESSION_ENDED');
  });
});

describe('the audit log', () => {
  it('when a used refresh token comes again after the grace, keeps one entry of it, whoever notices first', async () => {
    const { cookie, token, user } = await auth.login('okafor');
    await auth.call('POST /api/auth/refresh', { cookie });
    const _id = auth.connection.base.Types.ObjectId.createFromHexString(sidOf(token));
    await auth.connection
      .collection('sessions')
      .updateOne({ _id }, { $set: { 'spent.$[].at': new Date(Date.now() - 10_001) } });
    const answers = await Promise.all([1, 2, 3].map(() => refreshCode(cookie)));
    expect(answers).toEqual(['SESSION_ENDED', 'SESSION_ENDED', 'SESSION_ENDED']);
    const entries = await signIn.auditLog.list({ targetId: user.id, action: 'session.token-reused', limit: 10 });
    expect(entries).toEqual([
      {
        id: expect.any(String),
        at: expect.any(Date),
        actorId: null,
        action: 'session.token-reused',
        targetId: user.id,
        sessionId: sidOf(token),
        address: '127.0.0.1',
        details: { device: expect.any(String) },
      },
    ]);
  });

  it('when a password is changed, keeps who did it and from where, and nothing of the password', async () => {
    const { token, user } = await auth.login('maria');
    const body = { currentPassword: 'hallway-demo', newPassword: 'four quiet lanterns' };
    expect((await auth.call('POST /api/auth/password', { token, body })).status).toBe(204);
    const entries = await signIn.auditLog.list({ actorId: user.id, limit: 10 });
    expect(entries).toMatchObject([{ action: 'password.changed', targetId: user.id, sessionId: sidOf(token) }]);
    expect(JSON.stringify(entries)).not.toContain('lanterns');
  });

  it('when read by pages, goes back in time without a gap', async () => {
    const actorId = '0123456789abcdef01234567';
    for (let number = 0; number < 5; number += 1) {
      await signIn.auditLog.append({ actorId, action: 'test.done', targetId: null, details: { number } });
    }
    const first = await signIn.auditLog.list({ actorId, limit: 3 });
    const second = await signIn.auditLog.list({ actorId, limit: 3, before: first.at(-1)!.id });
    expect([...first, ...second].map(({ details }) => details.number)).toEqual([4, 3, 2, 1, 0]);
  });
});
