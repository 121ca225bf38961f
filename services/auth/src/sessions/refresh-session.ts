import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type Log } from '@hallway/platform';
import { type Account, type AccountsRepository, toAccountAnswer } from '../accounts/accounts.repository.ts';
import type { RecordAudit } from '../audit/record-audit.ts';
import type { IssueAccessToken } from '../keys/issue-access-token.ts';
import type { RequiredRoles } from '../second-factor/required-roles.ts';
import { applyRotation } from './apply-rotation.ts';
import type { EndSessions } from './end-sessions.ts';
import { after, earlier, type SessionLifetimes, type SignedIn, secondsUntil } from './open-session.ts';
import {
  createRefreshToken,
  decodeRefreshToken,
  encodeRefreshToken,
  hashTokenPart,
  type RefreshToken,
} from './refresh-token.ts';
import { isLive, type SessionsRepository, type StoredSession } from './sessions.repository.ts';

export interface RefreshSessionDeps {
  sessions: SessionsRepository;
  accounts: AccountsRepository;
  endSessions: EndSessions;
  issueAccessToken: IssueAccessToken;
  lifetimes: SessionLifetimes;
  recordAudit: RecordAudit;
  requiredRoles: Pick<RequiredRoles, 'isMissing'>;
  log: Log;
}

export interface RefreshRequest {
  cookie: string | undefined;
  /** Address of the client. */
  address: string;
}

// Twenty tabs that wake up together need no more; whoever fails after that may simply try again.
const rotationAttempts = 25;

/**
 * Trades a refresh token for a new one and an access token. Throws `SESSION_ENDED` when the token is absent, malformed,
 * unknown, or of a session that ended or ran out; and for a token that was used before, beyond the grace, after ending its
 * session: either its thief or its owner came second, and nobody can tell which. The audit log keeps that it happened.
 */
export function createRefreshSession(deps: RefreshSessionDeps) {
  const { sessions, issueAccessToken, lifetimes } = deps;

  async function findSession(token: RefreshToken | null): Promise<StoredSession> {
    const session = token && (await sessions.find(token.sessionId));
    const known = token && session && session.familyHash === hashTokenPart(token.family);
    if (!known || !isLive(session, new Date())) throw sessionEnded('the refresh token has no live session');
    return session;
  }

  /** One attempt. Null: another refresh of the same session came in between. */
  async function rotate(session: StoredSession, presented: RefreshToken, address: string) {
    const fresh = createRefreshToken(session.id, presented.family);
    const now = new Date();
    const rotation = applyRotation({
      tokens: { current: session.current, spent: session.spent },
      presented: hashTokenPart(presented.secret),
      fresh: hashTokenPart(fresh.secret),
      now,
      graceMs: lifetimes.graceSeconds * 1000,
    });
    if (rotation.outcome === 'reused') {
      await endStolen(session, address, deps);
      throw sessionEnded('the refresh token was used before');
    }
    const expiresAt = earlier(after(now, lifetimes.idleSeconds), session.endsAt);
    const { id, version } = session;
    const stored = await sessions.rotate({ id, version, tokens: rotation.tokens, lastSeenAt: now, expiresAt });
    return stored ? { refreshToken: encodeRefreshToken(fresh), expiresAt, now } : null;
  }

  async function rotateUntilStored(presented: RefreshToken | null, address: string) {
    for (let attempt = 0; attempt < rotationAttempts; attempt += 1) {
      const session = await findSession(presented);
      const rotated = presented && (await rotate(session, presented, address));
      if (rotated) return { session, rotated };
      await sleep(Math.random() * 20);
    }
    throw new AppError({ code: 'TEMPORARILY_UNAVAILABLE', internal: 'too many refreshes at once', retryAfterMs: 1000 });
  }

  return async function refreshSession({ cookie, address }: RefreshRequest): Promise<SignedIn> {
    const { session, rotated } = await rotateUntilStored(decodeRefreshToken(cookie), address);
    const { refreshToken, expiresAt, now } = rotated;
    const user = toAccountAnswer(await accessAccount(session, deps));
    const answer = { ...issueAccessToken(user, { id: session.id, expiresAt }), user };
    return { answer, refreshToken, cookieSeconds: secondsUntil(expiresAt, now) };
  };
}

async function endStolen(session: StoredSession, address: string, deps: RefreshSessionDeps): Promise<void> {
  const { id, userId, device } = session;
  deps.log.warn({ userId, sessionId: id }, 'a refresh token was used twice');
  // Of two who notice at once, one ends it and tells of it.
  if (!(await deps.endSessions.endOne(session, 'token-reused'))) return;
  const action = 'session.token-reused';
  await deps.recordAudit({ actorId: null, action, targetId: userId, sessionId: id, address, details: { device } });
}

// A session that is kept is taken over into a new epoch in the step after that epoch begins.
const takenOverWithinMs = 250;

/** Whether a session is of the account's epoch. One that is not is looked at again: it may be about to be taken over. */
async function isOfEpoch(session: StoredSession, account: Account, deps: RefreshSessionDeps): Promise<boolean> {
  if (session.epoch === account.sessionsEpoch) return true;
  for (const pause of [0, takenOverWithinMs]) {
    await sleep(pause);
    const [now, today] = await Promise.all([deps.sessions.find(session.id), deps.accounts.findById(account.id)]);
    if (now && today && now.epoch === today.sessionsEpoch) return true;
  }
  return false;
}

/** The account of a session, unless the session should be over: a crash may have kept it from being ended before. */
async function accessAccount(session: StoredSession, deps: RefreshSessionDeps): Promise<Account> {
  const account = await deps.accounts.findById(session.userId);
  const isOfToday = account?.active && (await isOfEpoch(session, account, deps));
  // A role may need a second factor since yesterday: whoever has none sets one up at the next sign-in.
  if (isOfToday && !(await deps.requiredRoles.isMissing(account))) return account;
  await deps.endSessions.endOne(session, account?.active ? 'ended-elsewhere' : 'deactivated');
  throw sessionEnded(account?.active ? 'the session is none of today' : 'the account is deactivated');
}

export type RefreshSession = ReturnType<typeof createRefreshSession>;

function sessionEnded(internal: string): AppError {
  return new AppError({ code: 'SESSION_ENDED', internal });
}
