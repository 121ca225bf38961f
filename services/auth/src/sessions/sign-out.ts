import type { VerifyToken } from '@hallway/platform';
import { AppError } from '@hallway/platform';
import type { EndSessions } from './end-sessions.ts';
import { decodeRefreshToken, hashTokenPart } from './refresh-token.ts';
import type { SessionsRepository } from './sessions.repository.ts';

export interface SignOutDeps {
  sessions: SessionsRepository;
  endSessions: EndSessions;
  /** Without the question whether the session lives: signing out twice is no fault. */
  verifyToken: VerifyToken;
}

export interface SignOutRequest {
  /** The `Authorization` header. */
  authorization: string | undefined;
  cookie: string | undefined;
}

/**
 * Ends the bearer's session; without a good access token, as in a tab that was left open over night, the cookie's.
 * Idempotent. Throws what was wrong with the access token when the cookie shows no session of ours either.
 */
export function createSignOut({ sessions, endSessions, verifyToken }: SignOutDeps) {
  async function sessionOfCookie(cookie: string | undefined) {
    const token = decodeRefreshToken(cookie);
    const session = token && (await sessions.find(token.sessionId));
    return session && session.familyHash === hashTokenPart(token.family) ? session : null;
  }

  return async function signOut({ authorization, cookie }: SignOutRequest): Promise<void> {
    try {
      if (!authorization?.startsWith('Bearer ')) {
        throw new AppError({ code: 'UNAUTHENTICATED', internal: 'no bearer token' });
      }
      const { sid, sub } = await verifyToken(authorization.slice('Bearer '.length));
      await endSessions.endOne({ id: sid, userId: sub }, 'signed-out');
    } catch (error) {
      const session = error instanceof AppError ? await sessionOfCookie(cookie) : null;
      if (!session) throw error;
      await endSessions.endOne(session, 'signed-out');
    }
  };
}

export type SignOut = ReturnType<typeof createSignOut>;
