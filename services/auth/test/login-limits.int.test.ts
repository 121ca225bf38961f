import { randomUUID } from 'node:crypto';
import { quickest } from '@hallway/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthFixture, startAuth } from './auth-fixture.ts';

let auth: AuthFixture;
beforeAll(async () => {
  auth = await startAuth({ LOGIN_WRONG_TRIES_PER_ADDRESS_MINUTE: '100' });
});
afterAll(() => auth.stop());

let lastAddress = 0;
const newAddress = () => `198.51.${Math.floor(lastAddress / 250)}.${(lastAddress++ % 250) + 1}`;

async function tryLogin(username: string, password: string, address: string) {
  const answer = await auth.call('POST /api/auth/login', { body: { username, password }, address });
  return { code: answer.status === 200 ? 'OK' : answer.json.error.code, answer };
}

const many = (count: number, work: (index: number) => Promise<{ code: string }>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index))).then((all) => all.map(({ code }) => code));

describe('wrong passwords for an account', () => {
  it('when there were ten in a row, answers RATE_LIMITED with a time, to the right password too', async () => {
    const address = newAddress();
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await tryLogin('sarah', 'wrong', address)).code).toBe('INVALID_CREDENTIALS');
    }
    const { answer } = await tryLogin('sarah', 'hallway-demo', address);
    expect([answer.status, answer.json.error.code, answer.json.error.retryable]).toEqual([429, 'RATE_LIMITED', true]);
    expect(answer.json.error.retryAfterMs).toBeGreaterThan(14 * 60_000);
    expect(answer.json.error.retryAfterMs).toBeLessThanOrEqual(15 * 60_000);
    expect(Number(answer.headers['retry-after'])).toBe(Math.ceil(answer.json.error.retryAfterMs / 1000));
    expect((await tryLogin('SARAH', 'wrong', newAddress())).code).toBe('RATE_LIMITED');
  });

  it('when they come at the same moment from many addresses, tries exactly ten of them', async () => {
    const codes = await many(60, () => tryLogin('mike', 'wrong', newAddress()));
    expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(10);
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(50);
  });

  it('when two processes are asked in turn, count together', async () => {
    const other = await startAuth({ REDIS_PREFIX: auth.config.REDIS_PREFIX, DEMO_CAMPUS: 'false' });
    try {
      const username = randomUUID();
      const codes: string[] = [];
      for (let tries = 0; tries < 14; tries += 1) {
        const body = { username, password: 'wrong' };
        const answer = await [auth, other][tries % 2]!.call('POST /api/auth/login', { body, address: newAddress() });
        codes.push(answer.json.error.code);
      }
      expect(codes).toEqual([...Array(10).fill('INVALID_CREDENTIALS'), ...Array(4).fill('RATE_LIMITED')]);
    } finally {
      await other.stop();
    }
  });

  it('when the name belongs to nobody, counts the same', async () => {
    const username = randomUUID();
    const codes = await many(12, () => tryLogin(username, 'wrong', newAddress()));
    expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(10);
  });

  it('when the password is right, counts nothing', async () => {
    const address = newAddress();
    for (let tries = 0; tries < 9; tries += 1) await tryLogin('maya', 'wrong', address);
    for (let tries = 0; tries < 5; tries += 1)
      expect((await tryLogin('maya', 'hallway-demo', address)).code).toBe('OK');
  });

  it('when many sign in to one account at once with the right password, lets all in', async () => {
    const codes = await many(30, () => tryLogin('admin', 'hallway-demo', newAddress()));
    expect(codes).toEqual(Array(30).fill('OK'));
  });

  it('when a stranger used up the tries, the person still signs in where they did before, with ten tries there', async () => {
    const [home, elsewhere] = [newAddress(), newAddress()];
    expect((await tryLogin('chen', 'hallway-demo', home)).code).toBe('OK');
    for (let tries = 0; tries < 11; tries += 1) await tryLogin('chen', 'wrong', elsewhere);
    expect((await tryLogin('chen', 'hallway-demo', elsewhere)).code).toBe('RATE_LIMITED');
    expect((await tryLogin('chen', 'hallway-demo', home)).code).toBe('OK');
    for (let tries = 0; tries < 10; tries += 1) await tryLogin('chen', 'wrong', home);
    expect((await tryLogin('chen', 'hallway-demo', home)).code).toBe('RATE_LIMITED');
  });

  it('when a stolen token is used to guess the current password, counts these tries too', async () => {
    const { token } = await auth.login('peter');
    const body = { currentPassword: 'wrong', newPassword: 'a much longer secret' };
    const guess = () => auth.call('POST /api/auth/password', { token, body, address: '203.0.113.9' });
    for (let tries = 0; tries < 10; tries += 1) expect((await guess()).json.error.code).toBe('INVALID_CREDENTIALS');
    expect((await guess()).json.error.code).toBe('RATE_LIMITED');
  });
});

describe('wrong passwords from an address', () => {
  it('when there were a hundred in a minute, answers RATE_LIMITED there, and lets in who is known there', async () => {
    const school = newAddress();
    expect((await tryLogin('alex', 'hallway-demo', school)).code).toBe('OK');
    const codes = await many(110, () => tryLogin(randomUUID(), 'wrong', school));
    expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(100);
    const { answer } = await tryLogin('tom', 'hallway-demo', school);
    expect(answer.json.error.code).toBe('RATE_LIMITED');
    expect(answer.json.error.retryAfterMs).toBeLessThanOrEqual(60_000);
    expect((await tryLogin('alex', 'hallway-demo', school)).code).toBe('OK');
    expect((await tryLogin('tom', 'hallway-demo', newAddress())).code).toBe('OK');
  });

  it('when a client makes up the beginning of x-forwarded-for, counts what the proxy saw', async () => {
    const seen = newAddress();
    const codes = await many(105, async (index) => {
      const body = { username: randomUUID(), password: 'wrong' };
      const headers = { 'x-forwarded-for': `10.9.${index}.1, ${seen}` };
      const answer = await auth.call('POST /api/auth/login', { body, headers });
      return { code: answer.json.error.code };
    });
    expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(100);
  });

  it('when addresses differ within one IPv6 network, counts them as one', async () => {
    const codes = await many(105, (index) => tryLogin(randomUUID(), 'wrong', `2001:db8:1:2::${index.toString(16)}`));
    expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(100);
  });
});

describe('what Redis keeps of tries', () => {
  it('when its keys are listed, shows no name and no address, and every key ends', async () => {
    await tryLogin('okafor', 'hallway-demo', '203.0.113.77');
    const redis = new Redis(auth.config.REDIS_URL);
    const keys = await redis.keys(`${auth.config.REDIS_PREFIX}:login-*`);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.join(' ')).not.toMatch(/okafor|203\.0/);
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
    redis.disconnect();
  });
});

describe('time of a refused login', () => {
  let open: AuthFixture;
  beforeAll(async () => {
    open = await startAuth({ LOGIN_WRONG_TRIES_PER_ACCOUNT: '1000', LOGIN_WRONG_TRIES_PER_ADDRESS_MINUTE: '10000' });
    const users = open.connection.collection('users');
    await users.updateOne({ usernameKey: 'tom' }, { $set: { active: false } });
    await users.updateOne({ usernameKey: 'alex' }, { $set: { passwordHash: '' } });
  });
  afterAll(() => open.stop());

  async function refuse(username: string, password: string) {
    const start = performance.now();
    const answer = await open.call('POST /api/auth/login', { body: { username, password } });
    const ms = performance.now() - start;
    return { ms, text: JSON.stringify([answer.status, { ...answer.json.error, requestId: '' }]) };
  }

  it.each([
    ['unknown', 'nobody'],
    ['deactivated', 'tom'],
    ['without a password', 'alex'],
  ])(
    'when the account is %s, answers the same as for a wrong password, after the same time',
    async (_what, username) => {
      /** How far apart the two are, in whichever direction: 1 is alike. */
      const measure = async () => {
        const wrong: number[] = [];
        const other: number[] = [];
        // One after the other in turns, so that whatever else the machine does falls on both alike.
        for (let round = 0; round < 25; round += 1) {
          const [one, two] = [await refuse('john', 'wrong'), await refuse(username, 'hallway-demo')];
          expect(two.text).toBe(one.text);
          wrong.push(one.ms);
          other.push(two.ms);
        }
        const ratio = median(other) / median(wrong);
        return Math.max(ratio, 1 / ratio);
      };
      expect(await quickest(1.5, measure)).toBeLessThan(1.5);
    },
  );
});

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
