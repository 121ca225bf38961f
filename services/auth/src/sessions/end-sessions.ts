import type { EndingsAnnouncer } from './announce-endings.ts';
import type { EndReason, SessionsRepository, StoredSession } from './sessions.repository.ts';

export interface EndSessionsDeps {
  sessions: SessionsRepository;
  announcer: EndingsAnnouncer;
}

/**
 * Ends sessions: stored first, with a majority, then announced to whoever holds sockets. Ending one twice changes and
 * announces nothing.
 */
export function createEndSessions({ sessions, announcer }: EndSessionsDeps) {
  async function endOne({ id, userId }: Pick<StoredSession, 'id' | 'userId'>, reason: EndReason): Promise<void> {
    const endedAt = new Date();
    if (!(await sessions.end(id, reason, endedAt))) return;
    await announcer.announceEnding({ userId, sessionId: id, reason, endedAt: endedAt.toISOString() });
  }

  return {
    endOne,
    /** Ends all sessions of a person but one. Each is announced by itself, so that a new sign-in is not caught by it. */
    async endOthers({ userId, keep, reason }: { userId: string; keep: string; reason: EndReason }): Promise<void> {
      const live = await sessions.listLive(userId, new Date());
      await Promise.all(live.filter(({ id }) => id !== keep).map((session) => endOne(session, reason)));
    },
  };
}

export type EndSessions = ReturnType<typeof createEndSessions>;
