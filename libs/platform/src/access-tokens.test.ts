import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { accessTokenAudience, accessTokenType } from '@hallway/contracts';
import jsonwebtoken from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { createTokenVerifier } from './access-tokens.ts';

const issuer = 'http://hallway.test';
const id = '0123456789abcdef01234567';

function setUp() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = new Map<string, KeyObject>([['one', publicKey]]);
  const ended = new Set<string>();
  const asked: string[] = [];
  const verifyToken = createTokenVerifier({
    findKey: async (kid) => {
      asked.push(kid);
      return keys.get(kid) ?? null;
    },
    issuer,
    isEnded: ({ sid }) => ended.has(sid),
  });
  const sign = (expiresIn: number, header = {}) =>
    jsonwebtoken.sign({ sid: id, role: 'student', name: 'Somebody' }, privateKey, {
      algorithm: 'ES256',
      header: { alg: 'ES256', typ: accessTokenType, kid: 'one', ...header },
      issuer,
      audience: accessTokenAudience,
      subject: id,
      expiresIn,
    });
  return { keys, ended, asked, verifyToken, sign };
}

describe('verifyToken', () => {
  it('when a token was verified before, answers the same claims', async () => {
    const { verifyToken, sign } = setUp();
    const token = sign(600);
    expect(await verifyToken(token)).toBe(await verifyToken(token));
  });

  it('when its session ends, or its key is retired, refuses a token that was verified before', async () => {
    const { verifyToken, sign, ended, keys } = setUp();
    const token = sign(600);
    await verifyToken(token);
    ended.add(id);
    await expect(verifyToken(token)).rejects.toMatchObject({ code: 'SESSION_ENDED' });
    ended.clear();
    await verifyToken(token);
    keys.clear();
    await expect(verifyToken(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('when a token that was verified before has ended, refuses it', async () => {
    const { verifyToken, sign } = setUp();
    const token = sign(1);
    const { exp } = await verifyToken(token);
    await new Promise((resolve) => setTimeout(resolve, exp * 1000 - Date.now() + 5));
    await expect(verifyToken(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('when the header names another algorithm or type, refuses it before any key is looked for', async () => {
    const { verifyToken, sign, asked } = setUp();
    const rest = sign(600).split('.').slice(1).join('.');
    for (const header of [{ alg: 'none' }, { alg: 'HS256' }, { alg: 'ES384' }, { alg: 'ES256', typ: 'JWT' }]) {
      const text = Buffer.from(JSON.stringify({ typ: accessTokenType, kid: 'one', ...header })).toString('base64url');
      await expect(verifyToken(`${text}.${rest}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect(asked).toEqual([]);
  });
});
