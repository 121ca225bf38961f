import type { AccountsRepository } from '../accounts/accounts.repository.ts';
import type { EndingsAnnouncer } from './announce-endings.ts';
import type { EndReason, SessionsRepository, StoredSession } from './sessions.repository.ts';

export interface EndSessionsDeps {
  sessions: SessionsRepository;
  accounts: Pick<AccountsRepository, 'advanceSessionsEpoch'>;
  announcer: EndingsAnnouncer;
}

export interface Ending {
  /** The one session that goes on. */
  keep?: string;
  /** The epoch that began with what ends them. */
  epoch?: number;
}

/**
 * Ends sessions: stored first, with a majority, then announced to whoever holds sockets. Ending one twice changes and
 * announces nothing.
 */
export function createEndSessions({ sessions, accounts, announcer }: EndSessionsDeps) {
  /** Says whether it was this call that ended it. */
  async function endOne({ id, userId }: Pick<StoredSession, 'id' | 'userId'>, reason: EndReason): Promise<boolean> {
    const endedAt = new Date();
    if (!(await sessions.end(id, reason, endedAt))) return false;
    await announcer.announceEnding({ userId, sessionId: id, reason, endedAt: endedAt.toISOString() });
    return true;
  }

  /**
   * Ends every session of a person, but for `keep`, and resolves with how many. To be called after what makes it necessary was
   * stored: the account then counts a new epoch, unless `epoch` says that it began with the change itself. A sign-in that had
   * read the account before finds itself outdated when its session is stored, whatever came first. Sessions are announced one by one, so that a later sign-in is not caught.
   * Calling it again, as after a crash, ends what is left. An admin's order has the reason `ended-elsewhere`.
   */
  async function endSessionsOf(
    userId: string,
    reason: EndReason,
    { keep, epoch: begun }: Ending = {},
  ): Promise<number> {
    const epoch = begun ?? (await accounts.advanceSessionsEpoch(userId));
    if (keep !== undefined) await sessions.setEpoch(keep, epoch);
    const live = await sessions.listLive(userId, new Date());
    const ended = await Promise.all(live.filter(({ id }) => id !== keep).map((session) => endOne(session, reason)));
    return ended.filter(Boolean).length;
  }

  return { endOne, endSessionsOf };
}

export type EndSessions = ReturnType<typeof createEndSessions>;
