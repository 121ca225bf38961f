import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

type Part = Record<string, unknown>;

/** A token that is good, and the key that signed it. */
export interface GoodToken {
  token: string;
  key: KeyObject;
}

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const without = (part: Part, field: string) =>
  Object.fromEntries(Object.entries(part).filter(([name]) => name !== field));

function decode({ token }: GoodToken) {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const read = (part: string): Part => JSON.parse(Buffer.from(part, 'base64url').toString());
  return { header: read(header), claims: read(claims), parts: { header, claims, signature } };
}

/** Signs whatever it is given, so that a refusal is for the fault named and no other. */
function signed(header: Part, claims: Part, key: KeyObject): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function withSecret(header: Part, claims: Part, secret: string): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** The good token made again by hand: it has to pass, or nothing is proven by the others. */
export function resignToken(good: GoodToken): string {
  const { header, claims } = decode(good);
  return signed(header, claims, good.key);
}

/** Tokens of another algorithm, of another type, or by another key. */
const wrongHeaders: Record<string, (good: GoodToken) => string> = {
  'alg none without a signature': (good) => {
    const { header, parts } = decode(good);
    return `${encode({ ...header, alg: 'none' })}.${parts.claims}.`;
  },
  'alg None with the old signature': (good) => {
    const { header, parts } = decode(good);
    return `${encode({ ...header, alg: 'None' })}.${parts.claims}.${parts.signature}`;
  },
  'HS256 with the public key as PEM': (good) => {
    const { header, claims } = decode(good);
    return withSecret({ ...header, alg: 'HS256' }, claims, publicPem(good));
  },
  'HS256 with the public key as JWK': (good) => {
    const { header, claims } = decode(good);
    const secret = JSON.stringify(createPublicKey(good.key).export({ format: 'jwk' }));
    return withSecret({ ...header, alg: 'HS256' }, claims, secret);
  },
  'ES256 in the header over an HMAC': (good) => {
    const { header, claims } = decode(good);
    return withSecret(header, claims, publicPem(good));
  },
  'alg RS256': (good) => changed(good, { alg: 'RS256' }, {}),
  'type JWT': (good) => changed(good, { typ: 'JWT' }, {}),
  'no type': (good) => {
    const { header, claims } = decode(good);
    return signed(without(header, 'typ'), claims, good.key);
  },
  'an unknown key id': (good) => changed(good, { kid: 'nobody' }, {}),
  'no key id': (good) => {
    const { header, claims } = decode(good);
    return signed(without(header, 'kid'), claims, good.key);
  },
  'a foreign key under our key id': (good) => byForeignKey(good, {}),
  'a foreign key at a jku': (good) => byForeignKey(good, { jku: 'https://elsewhere.test/jwks.json' }),
  'a foreign key inside the header': (good) => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { header, claims } = decode(good);
    return signed({ ...header, jwk: pair.publicKey.export({ format: 'jwk' }) }, claims, pair.privateKey);
  },
};

/** Tokens that are signed well and claim what ours do not. */
const wrongClaims: Record<string, (good: GoodToken) => string> = {
  'another audience': (good) => changed(good, {}, { aud: 'another' }),
  'no audience': (good) => lacking(good, 'aud'),
  'another issuer': (good) => changed(good, {}, { iss: 'https://elsewhere.test' }),
  'no issuer': (good) => lacking(good, 'iss'),
  'an end in the past': (good) => changed(good, {}, { iat: now() - 700, exp: now() - 1 }),
  'no end': (good) => lacking(good, 'exp'),
  'a beginning in the future': (good) => changed(good, {}, { nbf: now() + 60 }),
  'no session': (good) => lacking(good, 'sid'),
  'an unknown role': (good) => changed(good, {}, { role: 'root' }),
  'a person id that is none': (good) => changed(good, {}, { sub: { $ne: null } }),
};

/** Texts that are no whole token, or no longer the one that was signed. */
const wrongTexts: Record<string, (good: GoodToken) => string> = {
  'claims changed after signing': (good) => {
    const { claims, parts } = decode(good);
    return [parts.header, encode({ ...claims, role: 'admin' }), parts.signature].join('.');
  },
  'its end cut off': ({ token }) => token.slice(0, -5),
  'no signature': ({ token }) => token.split('.').slice(0, 2).join('.'),
  'an empty signature': ({ token }) => `${token.split('.').slice(0, 2).join('.')}.`,
  'a fourth part': ({ token }) => `${token}.x`,
  'a header that is not JSON': ({ token }) => `bm9wZQ.${token.split('.').slice(1).join('.')}`,
  'a header that is null': ({ token }) => `${encode(null)}.${token.split('.').slice(1).join('.')}`,
  'far too many characters': ({ token }) => `${token}${'A'.repeat(10_000)}`,
  'nothing in it': () => '',
  'nonsense in it': () => 'nonsense',
};

/** Every way to be refused that is known to us, by name. All of them have to be refused alike, on every door. */
export const badTokens: [what: string, make: (good: GoodToken) => string][] = Object.entries({
  ...wrongHeaders,
  ...wrongClaims,
  ...wrongTexts,
});

function changed(good: GoodToken, moreHeader: Part, moreClaims: Part): string {
  const { header, claims } = decode(good);
  return signed({ ...header, ...moreHeader }, { ...claims, ...moreClaims }, good.key);
}

function lacking(good: GoodToken, claim: string): string {
  const { header, claims } = decode(good);
  return signed(header, without(claims, claim), good.key);
}

function byForeignKey(good: GoodToken, moreHeader: Part): string {
  const { header, claims } = decode(good);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return signed({ ...header, ...moreHeader }, claims, privateKey);
}

function publicPem({ key }: GoodToken): string {
  return createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string;
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
