import type { SessionEnded } from '@hallway/contracts';
import type { Log } from '@hallway/platform';

export interface EndingsAnnouncerDeps {
  announce: (ending: SessionEnded) => Promise<void>;
  /** Endings since a time, from the database. */
  listEndings: (since: Date) => Promise<SessionEnded[]>;
  /** Whether Redis can be reached at the moment. */
  isReachable: () => boolean;
  log: Log;
}

// Tokens live ten minutes: an older ending concerns none.
const catchUpMs = 11 * 60_000;
const catchUpEveryMs = 1000;

/**
 * Announces endings that are stored already. What could not be announced, because Redis was away, was emptied, or this
 * process died in between, is announced again from the database: listeners hear an ending twice rather than never.
 */
export function createEndingsAnnouncer({ announce, listEndings, isReachable, log }: EndingsAnnouncerDeps) {
  let behind = true;
  let catchingUp: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;

  async function catchUp(): Promise<void> {
    if (!behind || !isReachable()) return;
    behind = false;
    try {
      const endings = await listEndings(new Date(Date.now() - catchUpMs));
      await Promise.all(endings.map((ending) => announce(ending)));
    } catch (error) {
      behind = true;
      log.warn({ err: error }, 'session endings could not be announced again');
    }
  }

  return {
    /** Never throws and does not wait for a Redis that is away: gateways then ask by themselves. */
    async announceEnding(ending: SessionEnded): Promise<void> {
      if (!isReachable()) {
        behind = true;
        return;
      }
      try {
        await announce(ending);
      } catch (error) {
        behind = true;
        log.warn({ err: error }, 'a session ending could not be announced');
      }
    },
    /** To be called when Redis was away: it may have come back empty. */
    onRedisLost(): void {
      behind = true;
    },
    start(): void {
      timer = setInterval(() => {
        catchingUp ??= catchUp().finally(() => {
          catchingUp = null;
        });
      }, catchUpEveryMs);
    },
    async stop(): Promise<void> {
      clearInterval(timer);
      await catchingUp;
    },
  };
}

export type EndingsAnnouncer = ReturnType<typeof createEndingsAnnouncer>;
