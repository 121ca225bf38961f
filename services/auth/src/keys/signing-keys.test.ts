import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseSigningKeys } from './signing-keys.ts';

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const toPem = (key: ReturnType<typeof newKey>, type: 'pkcs8' | 'sec1' = 'pkcs8') =>
  key.export({ type, format: 'pem' }) as string;

describe('parseSigningKeys', () => {
  it('when a key comes as PEM of either kind, on one line or as JWK, reads the same key', () => {
    const key = newKey();
    const jwk = key.export({ format: 'jwk' });
    const forms = [
      toPem(key),
      toPem(key, 'sec1'),
      toPem(key).replaceAll('\n', '\\n'),
      JSON.stringify(jwk),
      JSON.stringify({ keys: [jwk] }),
    ];
    const kids = forms.map((form) => parseSigningKeys(form)[0].kid);
    expect(new Set(kids).size).toBe(1);
  });

  it('when there are several, keeps their order', () => {
    const [one, two] = [newKey(), newKey()];
    const kids = (text: string) => parseSigningKeys(text).map(({ kid }) => kid);
    expect(kids(toPem(one) + toPem(two))).toEqual([...kids(toPem(two) + toPem(one))].reverse());
  });

  it('when shown to the public, has no private part', () => {
    const [key] = parseSigningKeys(toPem(newKey()));
    expect(Object.keys(key.publicJwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });
});
