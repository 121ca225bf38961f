import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, createRemoteKeySet, createTokenVerifier } from '@hallway/platform';
import { eventually } from '@hallway/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOrMakeKeyFile } from '../src/keys/key-file.ts';
import { retireKeys, rotateKeys } from '../src/keys/rotate-keys.ts';
import { parseSigningKeys } from '../src/keys/signing-keys.ts';
import { type AuthFixture, origin, startAuth } from './auth-fixture.ts';

const log = createLog({ service: 'test', instance: 'test', level: 'silent' });

let directory: string;
const running: AuthFixture[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hallway-keys-'));
});
afterEach(async () => {
  for (const auth of running.splice(0)) await auth.stop();
  await rm(directory, { recursive: true, force: true });
});

const file = () => join(directory, 'signing-keys.pem');
const kidsInFile = async () => parseSigningKeys(await readFile(file(), 'utf8')).map(({ kid }) => kid);
const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid as string;
const rotate = (force = false) => rotateKeys({ directory, force, now: new Date() });
const retire = (force = false) => retireKeys({ directory, force, now: new Date() });

/** As if the keys had last been changed so many minutes ago. */
async function age(minutes: number): Promise<void> {
  const then = new Date(Date.now() - minutes * 60_000);
  await utimes(file(), then, then);
}

async function start(): Promise<AuthFixture> {
  const auth = await startAuth({ AUTH_KEYS_DIR: directory });
  running.push(auth);
  return auth;
}

/** What a message service or a gateway has: it knows the auth service by its address alone. */
function startVerifier(auth: AuthFixture) {
  const url = `http://127.0.0.1:${auth.service.ports().port}/.well-known/jwks.json`;
  return createTokenVerifier({ findKey: createRemoteKeySet({ url, log }), issuer: origin, isEnded: () => false });
}

const publishedBy = async (auth: AuthFixture) =>
  (await auth.call('GET /.well-known/jwks.json')).json.keys.map(({ kid }: { kid: string }) => kid) as string[];

describe('rotating keys while services run', () => {
  it('when a key is rotated, tokens of the former one stay good, new ones are of the new key, and no door refuses any', async () => {
    const auth = await start();
    const verifyToken = startVerifier(auth);
    const before = await auth.login('john');
    await verifyToken(before.token);
    const { kid } = await rotate();
    // From the first moment on every token that is handed out is good everywhere.
    const tokens: string[] = [];
    await eventually(async () => {
      const { token } = await auth.login('sarah');
      await verifyToken(token);
      expect((await auth.call('GET /api/auth/me', { token })).status).toBe(200);
      tokens.push(token);
      expect(kidOf(token)).toBe(kid);
    });
    expect(kidOf(tokens[0]!)).toBe(kidOf(before.token));
    expect(await publishedBy(auth)).toEqual([kid, kidOf(before.token)]);
    expect((await verifyToken(before.token)).sub).toBe(before.user.id);
    expect((await auth.call('GET /api/auth/me', { token: before.token })).status).toBe(200);
    const refreshed = await auth.call('POST /api/auth/refresh', { cookie: before.cookie });
    expect(kidOf(refreshed.json.accessToken)).toBe(kid);
  });

  it('when the former key is retired, its tokens are refused although they were verified before, and sessions go on', async () => {
    const auth = await start();
    const { token, cookie } = await auth.login('john');
    expect((await auth.call('GET /api/auth/me', { token })).status).toBe(200);
    await rotate();
    await eventually(async () => expect(kidOf((await auth.login('mike')).token)).not.toBe(kidOf(token)));
    await retire(true);
    await eventually(async () => {
      const answer = await auth.call('GET /api/auth/me', { token });
      expect([answer.status, answer.json.error?.code]).toEqual([401, 'UNAUTHENTICATED']);
    });
    await expect(startVerifier(auth)(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const fresh = (await auth.call('POST /api/auth/refresh', { cookie })).json.accessToken;
    expect((await auth.call('GET /api/auth/me', { token: fresh })).status).toBe(200);
  });

  it('when the file becomes unusable, the keys that are known go on, until it is good again', async () => {
    const auth = await start();
    const good = await readFile(file(), 'utf8');
    await writeFile(file(), 'nonsense');
    const { kid: kidBefore } = parseSigningKeys(good)[0];
    const { token } = await auth.login('john');
    expect([kidOf(token), await publishedBy(auth)]).toEqual([kidBefore, [kidBefore]]);
    await writeFile(file(), good);
    const { kid } = await rotate();
    await eventually(async () => expect(kidOf((await auth.login('john')).token)).toBe(kid));
  });
});

describe('the keys in the folder', () => {
  it('when rotated and retired in turn, are two at most, for the owner alone, with nothing left beside them', async () => {
    await readOrMakeKeyFile(directory);
    const [first] = await kidsInFile();
    const { kid: second } = await rotate();
    expect(await kidsInFile()).toEqual([second, first]);
    await age(11);
    const { kid: third } = await rotate();
    expect(await kidsInFile()).toEqual([third, second]);
    await age(11);
    expect((await retire()).map(({ kid }) => kid)).toEqual([second]);
    expect(await kidsInFile()).toEqual([third]);
    expect(await readdir(directory)).toEqual(['signing-keys.pem']);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  it('when tokens of the former key are in use, it is not dropped, unless forced', async () => {
    await readOrMakeKeyFile(directory);
    await rotate();
    const kids = await kidsInFile();
    await age(10);
    await expect(rotate()).rejects.toThrow('in use for 1 more minute:');
    await expect(retire()).rejects.toThrow('in use for 1 more minute:');
    expect(await kidsInFile()).toEqual(kids);
    await retire(true);
    expect(await kidsInFile()).toEqual(kids.slice(0, 1));
    await expect(retire(true)).rejects.toThrow('there is no former key');
  });

  it('when several rotate at once, one does, and what is there is whole', async () => {
    await readOrMakeKeyFile(directory);
    const [first] = await kidsInFile();
    const outcomes = await Promise.allSettled([rotate(), rotate(), rotate()]);
    const done = outcomes.filter(({ status }) => status === 'fulfilled') as PromiseFulfilledResult<{ kid: string }>[];
    expect(done).toHaveLength(1);
    expect(await kidsInFile()).toEqual([done[0]!.value.kid, first]);
  });

  it('when there is no key yet, says so and makes none', async () => {
    await expect(rotate()).rejects.toThrow('there is no key');
    expect(await readdir(directory)).toEqual([]);
  });
});
