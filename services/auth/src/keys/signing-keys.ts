import { createHash, createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** As the key document shows it. */
  publicJwk: { kty: string; crv: string; x: string; y: string; kid: string; use: 'sig'; alg: 'ES256' };
}

const pemBlock = /-----BEGIN (?:EC )?PRIVATE KEY-----[\s\S]+?-----END (?:EC )?PRIVATE KEY-----/g;

/**
 * Reads private P-256 keys from PEM blocks one after the other, a JWK set or a single JWK. Line breaks of a PEM may be
 * written as `\n`, as env files do. The order stays. Throws with a sentence that holds nothing of the keys.
 */
export function parseSigningKeys(text: string): [SigningKey, ...SigningKey[]] {
  const [first, ...others] = text.trimStart().startsWith('{') ? readJwks(text) : readPems(text);
  if (!first) throw new Error('there is no private key in it');
  return [toSigningKey(first), ...others.map(toSigningKey)];
}

function readJwks(text: string): KeyObject[] {
  let document: { keys?: JsonWebKey[] } & JsonWebKey;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Error('it begins like a JWK set but is not JSON');
  }
  return (document.keys ?? [document]).map((jwk) => readKey({ key: jwk, format: 'jwk' }));
}

function readPems(text: string): KeyObject[] {
  const blocks = text.replaceAll('\\n', '\n').match(pemBlock) ?? [];
  return blocks.map((key) => readKey({ key, format: 'pem' }));
}

function readKey(input: Parameters<typeof createPrivateKey>[0]): KeyObject {
  try {
    return createPrivateKey(input);
  } catch {
    throw new Error('a key in it is malformed or not private');
  }
}

function toSigningKey(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey);
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256' || !x || !y) throw new Error('a key in it is not of the curve P-256');
  const kid = thumbprint({ crv, kty, x, y });
  return { kid, privateKey, publicKey, publicJwk: { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' } };
}

/** The private key as a PEM block. */
export function toPem({ privateKey }: SigningKey): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** The key's own fingerprint (RFC 7638), so that every process names a key alike. */
function thumbprint(members: { crv: string; kty: string; x: string; y: string }): string {
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}
