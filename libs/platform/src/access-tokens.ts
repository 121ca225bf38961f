import { createHash } from 'node:crypto';
import { AccessClaims, accessTokenAudience, accessTokenType } from '@hallway/contracts';
import jsonwebtoken from 'jsonwebtoken';
import { AppError } from './app-error.ts';
import type { FindKey } from './key-set.ts';
import { findFaults } from './validation.ts';

export interface TokenVerifierOptions {
  findKey: FindKey;
  /** The public origin, `iss` of every token. */
  issuer: string;
  /** Whether the session behind a token was ended before the token expires. */
  isEnded: (claims: AccessClaims) => boolean;
}

// A campus of 100,000 people with two devices each; some 300 bytes an entry.
const cacheEntries = 200_000;

// Ours have some 450 characters; longer ones are not worth hashing.
const longestToken = 4096;

interface VerifiedToken {
  claims: AccessClaims;
  kid: string;
}

/**
 * Verifies access tokens. A token is verified once and then remembered by its hash until it ends; whether its session was
 * ended and its key is still one of ours is asked each time, in memory. Throws `UNAUTHENTICATED`, the same for every fault of a
 * token, or `SESSION_ENDED`; `TEMPORARILY_UNAVAILABLE` when nobody can say whose key it is.
 */
export function createTokenVerifier({ findKey, issuer, isEnded }: TokenVerifierOptions) {
  const verified = new Map<string, VerifiedToken>();

  function remember(hash: string, token: VerifiedToken) {
    if (verified.size >= cacheEntries) {
      const oldest = verified.keys().next().value;
      if (oldest !== undefined) verified.delete(oldest);
    }
    verified.set(hash, token);
  }

  async function recall(hash: string): Promise<AccessClaims | null> {
    const token = verified.get(hash);
    if (!token) return null;
    const fault = token.claims.exp * 1000 <= Date.now() ? 'the token has expired' : await findKeyFault(token);
    if (fault === null) return token.claims;
    verified.delete(hash);
    throw unauthenticated(fault);
  }

  /** A key may have been retired since. */
  async function findKeyFault({ kid }: VerifiedToken): Promise<string | null> {
    return (await findKey(kid)) === null ? 'the key was retired' : null;
  }

  return async function verifyToken(token: string): Promise<AccessClaims> {
    if (token.length > longestToken) throw unauthenticated('the token is too long');
    const hash = createHash('sha256').update(token).digest('base64');
    let claims = await recall(hash);
    if (!claims) {
      const fresh = await verifySignature({ token, findKey, issuer });
      remember(hash, fresh);
      claims = fresh.claims;
    }
    if (isEnded(claims)) throw new AppError({ code: 'SESSION_ENDED', internal: 'the session was ended' });
    return claims;
  };
}

export type VerifyToken = ReturnType<typeof createTokenVerifier>;

async function verifySignature(request: { token: string; findKey: FindKey; issuer: string }): Promise<VerifiedToken> {
  const { token, findKey, issuer } = request;
  const { kid } = readHeader(token);
  const key = await findKey(kid);
  if (!key) throw unauthenticated('the key id is unknown');
  try {
    const claims = jsonwebtoken.verify(token, key, { algorithms: ['ES256'], issuer, audience: accessTokenAudience });
    if (findFaults(AccessClaims, claims).length > 0) throw new Error('the claims do not have the expected shape');
    return { claims: claims as unknown as AccessClaims, kid };
  } catch (error) {
    throw unauthenticated((error as Error).message);
  }
}

/** Reads `kid` from a header that names our algorithm and type; nothing else reaches the verification. */
function readHeader(token: string): { kid: string } {
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString('utf8'));
  } catch {
    throw unauthenticated('the token is malformed');
  }
  const { alg, typ, kid } = (header ?? {}) as Record<string, unknown>;
  if (alg !== 'ES256' || typ !== accessTokenType || typeof kid !== 'string') {
    throw unauthenticated('the token has another algorithm or type');
  }
  return { kid };
}

function unauthenticated(internal: string): AppError {
  return new AppError({ code: 'UNAUTHENTICATED', internal });
}
