import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthFixture, origin, startAuth } from './auth-fixture.ts';

type Part = Record<string, unknown>;

let auth: AuthFixture;
let good: { header: Part; claims: Part; token: string };

beforeAll(async () => {
  auth = await startAuth();
  const { token } = await auth.login('john');
  const [header, claims] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  good = { header: JSON.parse(header!), claims: JSON.parse(claims!), token };
});
afterAll(() => auth.stop());

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const without = (part: Part, field: string) =>
  Object.fromEntries(Object.entries(part).filter(([name]) => name !== field));
const ourKey = () => createPrivateKey(readFileSync(join(auth.config.AUTH_KEYS_DIR!, 'signing-keys.pem')));
const foreignKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Signs whatever it is given with the real key, so that a refusal is for the fault named and no other. */
function signed(header: Part, claims: Part, key = ourKey()): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function withSecret(header: Part, secret: string | Buffer): string {
  const text = `${encode(header)}.${encode(good.claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const now = () => Math.floor(Date.now() / 1000);
const publicPem = () => createPublicKey(ourKey()).export({ type: 'spki', format: 'pem' }) as string;

const badTokens: [string, () => string][] = [
  ['alg none without a signature', () => `${encode({ ...good.header, alg: 'none' })}.${encode(good.claims)}.`],
  [
    'alg None with the old signature',
    () => `${encode({ ...good.header, alg: 'None' })}.${good.token.split('.').slice(1).join('.')}`,
  ],
  ['HS256 with the public key as PEM', () => withSecret({ ...good.header, alg: 'HS256' }, publicPem())],
  [
    'HS256 with the public key as JWK',
    () =>
      withSecret({ ...good.header, alg: 'HS256' }, JSON.stringify(createPublicKey(ourKey()).export({ format: 'jwk' }))),
  ],
  ['ES256 in the header over an HMAC', () => withSecret(good.header, publicPem())],
  ['alg RS256', () => signed({ ...good.header, alg: 'RS256' }, good.claims)],
  ['another audience', () => signed(good.header, { ...good.claims, aud: 'another' })],
  ['no audience', () => signed(good.header, without(good.claims, 'aud'))],
  ['another issuer', () => signed(good.header, { ...good.claims, iss: 'https://elsewhere.test' })],
  ['no issuer', () => signed(good.header, without(good.claims, 'iss'))],
  ['type JWT', () => signed({ ...good.header, typ: 'JWT' }, good.claims)],
  ['no type', () => signed(without(good.header, 'typ'), good.claims)],
  ['an unknown key id', () => signed({ ...good.header, kid: 'nobody' }, good.claims)],
  ['no key id', () => signed(without(good.header, 'kid'), good.claims)],
  ['expired', () => signed(good.header, { ...good.claims, iat: now() - 700, exp: now() - 1 })],
  ['no expiry', () => signed(good.header, without(good.claims, 'exp'))],
  ['not yet valid', () => signed(good.header, { ...good.claims, nbf: now() + 60 })],
  ['no session', () => signed(good.header, without(good.claims, 'sid'))],
  ['an unknown role', () => signed(good.header, { ...good.claims, role: 'root' })],
  ['a person id that is none', () => signed(good.header, { ...good.claims, sub: { $ne: null } })],
  ['a foreign key under our key id', () => signed(good.header, good.claims, foreignKey.privateKey)],
  [
    'a foreign key at a jku',
    () => signed({ ...good.header, jku: 'https://elsewhere.test/jwks.json' }, good.claims, foreignKey.privateKey),
  ],
  [
    'a foreign key inside the header',
    () =>
      signed(
        { ...good.header, jwk: foreignKey.publicKey.export({ format: 'jwk' }) },
        good.claims,
        foreignKey.privateKey,
      ),
  ],
  [
    'claims changed after signing',
    () => [good.token.split('.')[0], encode({ ...good.claims, role: 'admin' }), good.token.split('.')[2]].join('.'),
  ],
  ['cut off', () => good.token.slice(0, -5)],
  ['no signature', () => good.token.split('.').slice(0, 2).join('.')],
  ['an empty signature', () => `${good.token.split('.').slice(0, 2).join('.')}.`],
  ['a fourth part', () => `${good.token}.x`],
  ['a header that is not JSON', () => `bm9wZQ.${good.token.split('.').slice(1).join('.')}`],
  ['a header that is null', () => `${encode(null)}.${good.token.split('.').slice(1).join('.')}`],
  ['no token at all', () => ''],
  ['nonsense', () => 'nonsense'],
];

describe('access tokens', () => {
  it('when a token is made as ours is, it passes: the others are refused for their fault alone', async () => {
    const answer = await auth.call('GET /api/auth/me', { token: signed(good.header, good.claims) });
    expect(answer.status).toBe(200);
    expect(good.claims.iss).toBe(origin);
  });

  it.each(badTokens)('when it has %s, answers UNAUTHENTICATED like every other', async (_what, make) => {
    const answer = await auth.call('GET /api/auth/me', { token: make() });
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({
      error: {
        code: 'UNAUTHENTICATED',
        message: 'Sign in to continue.',
        retryable: false,
        requestId: expect.any(String),
      },
    });
  });

  it.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic am9objpoYWxsd2F5' }],
  ])('when there is %s, answers UNAUTHENTICATED', async (_what, headers) => {
    const answer = await auth.call('GET /api/auth/me', { headers });
    expect([answer.status, answer.json.error.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('when a token names the session of another person, answers SESSION_ENDED', async () => {
    const { user } = await auth.login('sarah');
    const answer = await auth.call('GET /api/auth/me', {
      token: signed(good.header, { ...good.claims, sub: user.id }),
    });
    expect(answer.json.error.code).toBe('SESSION_ENDED');
  });
});
