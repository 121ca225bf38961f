import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthFixture, startAuth } from './auth-fixture.ts';

let auth: AuthFixture;
// As many connections as a determined guesser would open.
const agent = new Agent({ keepAlive: true, maxSockets: 200 });
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(async () => {
  agent.destroy();
  await auth.stop();
});

interface Outcome {
  code: string;
  retryAfter: string | undefined;
}

/** A login over the network, as the proxy in front would pass it on. */
function login(username: string, password: string, address: string): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': address };
  const target = { port: auth.service.ports().port, host: '127.0.0.1', path: '/api/auth/login', method: 'POST' };
  const sent = request({ ...target, headers, agent }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    response.on('end', () => {
      const code = response.statusCode === 200 ? 'OK' : JSON.parse(text).error.code;
      resolve({ code, retryAfter: response.headers['retry-after'] });
    });
  });
  sent.on('error', reject);
  sent.end(JSON.stringify({ username, password }));
  return promise;
}

const guesses = (count: number, addressOf: (index: number) => string, username: string) =>
  Promise.all(Array.from({ length: count }, (_, index) => login(username, `guess ${index}`, addressOf(index))));
const countOf = (outcomes: Outcome[], code: string) => outcomes.filter((outcome) => outcome.code === code).length;

describe('two thousand guesses on one account, at once and over the network', () => {
  it('when all come from one address, tries at most twenty, and another person there signs in meanwhile', async () => {
    const school = '203.0.113.10';
    const flood = guesses(2000, () => school, 'sarah');
    const others = [];
    for (const username of ['john', 'mike', 'maya']) others.push(await login(username, 'hallway-demo', school));
    const outcomes = await flood;
    expect(others.map(({ code }) => code)).toEqual(['OK', 'OK', 'OK']);
    expect(countOf(outcomes, 'INVALID_CREDENTIALS')).toBeGreaterThan(0);
    expect(countOf(outcomes, 'INVALID_CREDENTIALS')).toBeLessThanOrEqual(20);
    const refused = outcomes.filter(({ code }) => code === 'RATE_LIMITED');
    expect(refused.length + countOf(outcomes, 'INVALID_CREDENTIALS')).toBe(2000);
    expect(refused.every(({ retryAfter }) => Number(retryAfter) >= 1)).toBe(true);
    expect((await login('tom', 'hallway-demo', school)).code).toBe('OK');
  }, 60_000);

  it('when each comes from another address, tries at most twenty, and everybody else signs in', async () => {
    const flood = guesses(2000, (index) => `198.18.${index >> 8}.${index & 255}`, 'chen');
    const other = await login('okafor', 'hallway-demo', '203.0.113.20');
    const outcomes = await flood;
    expect(other.code).toBe('OK');
    expect(countOf(outcomes, 'INVALID_CREDENTIALS')).toBeLessThanOrEqual(20);
    expect(countOf(outcomes, 'RATE_LIMITED')).toBe(2000 - countOf(outcomes, 'INVALID_CREDENTIALS'));
  }, 60_000);

  it('when the person has signed in from there before, tries at most twenty and lets them in from elsewhere', async () => {
    const [home, elsewhere] = ['203.0.113.30', '203.0.113.31'];
    expect((await login('maria', 'hallway-demo', home)).code).toBe('OK');
    expect((await login('maria', 'hallway-demo', elsewhere)).code).toBe('OK');
    const outcomes = await guesses(500, () => home, 'maria');
    expect(countOf(outcomes, 'INVALID_CREDENTIALS')).toBeLessThanOrEqual(20);
    expect((await login('maria', 'hallway-demo', elsewhere)).code).toBe('OK');
  }, 60_000);
});

describe('names guessed from one address', () => {
  it('when the address has used up its tries, no account loses one of its own to it', async () => {
    const guesser = '203.0.113.40';
    await Promise.all(Array.from({ length: 120 }, (_, index) => login(`nobody-${index}`, 'guess', guesser)));
    const refused = await guesses(30, () => guesser, 'alex');
    expect(countOf(refused, 'RATE_LIMITED')).toBe(30);
    expect((await login('alex', 'hallway-demo', '203.0.113.41')).code).toBe('OK');
  }, 60_000);
});
