import type { AccessClaims } from '@hallway/contracts';
import { AppError, type VerifyToken } from '@hallway/platform';
import { isLive, type SessionsRepository } from './sessions.repository.ts';

/**
 * Verifies an access token and asks the database whether its session lives: on these routes an ended session is refused at
 * once, in every process, with nothing to keep in step. Throws `UNAUTHENTICATED` or `SESSION_ENDED`.
 */
export function createAccessSession(deps: { verifyToken: VerifyToken; sessions: SessionsRepository }): VerifyToken {
  const { verifyToken, sessions } = deps;
  return async function accessSession(token: string): Promise<AccessClaims> {
    const claims = await verifyToken(token);
    const session = await sessions.find(claims.sid);
    if (!session || session.userId !== claims.sub || !isLive(session, new Date())) {
      throw new AppError({ code: 'SESSION_ENDED', internal: 'the session ended before its token' });
    }
    return claims;
  };
}
