import type { TokenAnswer } from '@hallway/contracts';
import mongoose from 'mongoose';
import { type Account, toAccountAnswer } from '../accounts/accounts.repository.ts';
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

/** Opens a session for an account whose password was checked. */
export function createOpenSession(deps: OpenSessionDeps) {
  const { sessions, endSessions, issueAccessToken, lifetimes, sessionsPerPerson } = deps;

  async function makeRoom(userId: string): Promise<void> {
    const live = await sessions.listLive(userId, new Date());
    const idleLongest = live.sort((a, b) => a.lastSeenAt.getTime() - b.lastSeenAt.getTime());
    const tooMany = idleLongest.slice(0, Math.max(0, live.length + 1 - sessionsPerPerson));
    await Promise.all(tooMany.map((session) => endSessions.endOne(session, 'ended-elsewhere')));
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
      familyHash: hashTokenPart(token.family),
      tokenHash: hashTokenPart(token.secret),
    });
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
