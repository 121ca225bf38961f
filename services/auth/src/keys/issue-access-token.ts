import { accessTokenAudience, accessTokenType, type PublicUser } from '@hallway/contracts';
import jsonwebtoken from 'jsonwebtoken';
import type { KeyRing } from './key-ring.ts';

export interface IssueDeps {
  keyRing: KeyRing;
  /** The public origin. */
  issuer: string;
  ttlSeconds: number;
}

export interface IssuedToken {
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
}

/** Signs access tokens as CONTRACT section 3 writes them. A token never outlives its session. */
export function createIssueAccessToken({ keyRing, issuer, ttlSeconds }: IssueDeps) {
  return function issueAccessToken(user: PublicUser, session: { id: string; expiresAt: Date }): IssuedToken {
    const { kid, privateKey } = keyRing.signer();
    const now = Math.floor(Date.now() / 1000);
    const expiresIn = Math.max(1, Math.min(ttlSeconds, Math.floor(session.expiresAt.getTime() / 1000) - now));
    const claims = {
      iss: issuer,
      aud: accessTokenAudience,
      sub: user.id,
      sid: session.id,
      role: user.role,
      name: user.name,
      iat: now,
      exp: now + expiresIn,
    };
    const header = { alg: 'ES256', kid, typ: accessTokenType } as const;
    return { accessToken: jsonwebtoken.sign(claims, privateKey, { algorithm: 'ES256', header }), expiresIn };
  };
}

export type IssueAccessToken = ReturnType<typeof createIssueAccessToken>;
