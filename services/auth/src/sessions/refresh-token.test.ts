import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRefreshToken, decodeRefreshToken, encodeRefreshToken, hashTokenPart } from './refresh-token.ts';

const sessionId = '0123456789abcdef01234567';

describe('refresh tokens', () => {
  it('when encoded and decoded, stay the same', () => {
    const token = createRefreshToken(sessionId);
    expect(decodeRefreshToken(encodeRefreshToken(token))).toEqual(token);
  });

  it('when made for the same family, share it and nothing secret', () => {
    const one = createRefreshToken(sessionId);
    const two = createRefreshToken(sessionId, one.family);
    expect(two.family).toEqual(one.family);
    expect(two.secret).not.toEqual(one.secret);
    expect(two.secret).toHaveLength(32);
  });

  it('when any other text comes, answers null or a token of the right sizes, and never throws', () => {
    expect(decodeRefreshToken(undefined)).toBeNull();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9_-]{80}$/)), (value) => {
        const token = decodeRefreshToken(value);
        if (token) expect([token.sessionId.length, token.family.length, token.secret.length]).toEqual([24, 16, 32]);
      }),
    );
  });

  it('when hashed, shows nothing of the part', () => {
    const { secret } = createRefreshToken(sessionId);
    expect(hashTokenPart(secret)).not.toBe(secret.toString('base64url'));
    expect(hashTokenPart(secret)).toBe(hashTokenPart(Buffer.from(secret)));
  });
});
