import { createHash, randomBytes } from 'node:crypto';

/**
 * A refresh token: 12 bytes that find the session, 16 that stay the same for its life, and 32 that are new each time.
 * The middle part tells a token of ours that was used before, and must end the session, from one that somebody made up,
 * and must not. All of it without keeping a list of what was ever used.
 */
export interface RefreshToken {
  sessionId: string;
  family: Buffer;
  secret: Buffer;
}

const idBytes = 12;
const familyBytes = 16;
const secretBytes = 32;
const allBytes = idBytes + familyBytes + secretBytes;
const text = /^[A-Za-z0-9_-]{80}$/;

export function createRefreshToken(sessionId: string, family: Buffer = randomBytes(familyBytes)): RefreshToken {
  return { sessionId, family, secret: randomBytes(secretBytes) };
}

export function encodeRefreshToken({ sessionId, family, secret }: RefreshToken): string {
  return Buffer.concat([Buffer.from(sessionId, 'hex'), family, secret]).toString('base64url');
}

/** Null: not of our form. Says nothing about whether the token is good. */
export function decodeRefreshToken(value: string | undefined): RefreshToken | null {
  if (value === undefined || !text.test(value)) return null;
  const bytes = Buffer.from(value, 'base64url');
  if (bytes.length !== allBytes) return null;
  return {
    sessionId: bytes.subarray(0, idBytes).toString('hex'),
    family: bytes.subarray(idBytes, idBytes + familyBytes),
    secret: bytes.subarray(idBytes + familyBytes),
  };
}

/** What the database keeps of a part of a token. */
export function hashTokenPart(part: Buffer): string {
  return createHash('sha256').update(part).digest('base64url');
}
