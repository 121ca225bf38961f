import type { TokenAnswer } from '@hallway/contracts';
import { AppError } from '@hallway/platform';
import mongoose from 'mongoose';
import { type Account, type AccountsRepository, toAccountAnswer } from '../accounts/accounts.repository.ts';
import type { IssueAccessToken } from '../keys/issue-access-token.ts';
import type { EndSessions } from './end-sessions.ts';
import { createRefreshToken, encodeRefreshToken, hashTokenPart } from './refresh-token.ts';
import type { SessionsRepository } from './sessions.repository.ts';

export interface SessionLifetimes {
  idleSeconds: number;
  absoluteSeconds: number;
  graceSeconds: number;
}

export interface OpenSessionDeps {
  sessions: SessionsRepository;
  accounts: AccountsRepository;
  endSessions: EndSessions;
  issueAccessToken: IssueAccessToken;
  lifetimes: SessionLifetimes;
  /** Beyond it a sign-in ends the session that was idle longest. */
  sessionsPerPerson: number;
}

/** What a sign-in or a refresh gives: the answer's body, and the cookie with its life. */
export interface SignedIn {
  answer: TokenAnswer;
  refreshToken: string;
  cookieSeconds: number;
}

// What ended the sessions is stored by then, and the next try meets it.
const retryAfterMs = 1000;

/**
 * Opens a session for an account whose password was checked. Throws `INVALID_CREDENTIALS` for an account that was deactivated
 * since, and `TEMPORARILY_UNAVAILABLE` when all sessions of the person were ended at the same moment.
 */
export function createOpenSession(deps: OpenSessionDeps) {
  const { sessions, accounts, endSessions, issueAccessToken, lifetimes, sessionsPerPerson } = deps;

  async function makeRoom(userId: string): Promise<void> {
    const live = await sessions.listLive(userId, new Date());
    const idleLongest = live.sort((a, b) => a.lastSeenAt.getTime() - b.lastSeenAt.getTime());
    const tooMany = idleLongest.slice(0, Math.max(0, live.length + 1 - sessionsPerPerson));
    await Promise.all(tooMany.map((session) => endSessions.endOne(session, 'ended-elsewhere')));
  }

  /** Either whoever ends all sessions finds this one stored, or this finds the epoch that they began: none slips through. */
  async function refuseOutdated(account: Account, id: string): Promise<void> {
    const today = await accounts.findById(account.id);
    if (today?.active && today.sessionsEpoch === account.sessionsEpoch) return;
    await endSessions.endOne({ id, userId: account.id }, today?.active ? 'ended-elsewhere' : 'deactivated');
    const internal = 'the sessions of the account were ended during a sign-in';
    if (!today?.active) throw new AppError({ code: 'INVALID_CREDENTIALS', internal });
    throw new AppError({ code: 'TEMPORARILY_UNAVAILABLE', internal, retryAfterMs });
  }

  return async function openSession(account: Account, device: string): Promise<SignedIn> {
    await makeRoom(account.id);
    const id = new mongoose.Types.ObjectId().toHexString();
    const token = createRefreshToken(id);
    const createdAt = new Date();
    const endsAt = after(createdAt, lifetimes.absoluteSeconds);
    const expiresAt = earlier(after(createdAt, lifetimes.idleSeconds), endsAt);
    await sessions.insert({
      id,
      userId: account.id,
      device,
      createdAt,
      expiresAt,
      endsAt,
      epoch: account.sessionsEpoch,
      familyHash: hashTokenPart(token.family),
      tokenHash: hashTokenPart(token.secret),
    });
    await refuseOutdated(account, id);
    const user = toAccountAnswer(account);
    return {
      answer: { ...issueAccessToken(user, { id, expiresAt }), user },
      refreshToken: encodeRefreshToken(token),
      cookieSeconds: secondsUntil(expiresAt, createdAt),
    };
  };
}

export type OpenSession = ReturnType<typeof createOpenSession>;

export function after(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}

export function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

export function secondsUntil(end: Date, now: Date): number {
  return Math.max(0, Math.floor((end.getTime() - now.getTime()) / 1000));
}
