import { type PresenceLease, type PresenceReader, presenceRenewEveryMs } from '@hallway/bus';
import type { Log } from '@hallway/platform';
import { type AnnounceGoneDeps, createAnnounceGone } from './announce-gone.ts';

export interface PeopleHereOptions extends AnnounceGoneDeps {
  graceMs: number;
}

// How late "offline" may be beyond the grace.
const sweepEveryMs = 500;

/**
 * Who is on this gateway, and the word of it to the others. A person counts as online from their first socket until
 * `graceMs` after the last one; the registry in Redis says the same, so that asking and being told agree.
 *
 * Nothing here is lost with Redis: the list is written again with the next renewal.
 */
export function createPeopleHere(options: PeopleHereOptions) {
  const { lease, reader, announce, log } = options;
  const places = createPlaces();
  const { announceGone, sweepEndedGateways } = createAnnounceGone(options);
  const sweep = createOfflineSweep(options, { places, announceGone });
  const renew = () => lease.renew(places.shown());
  let timers: NodeJS.Timeout[] = [];

  return {
    renew,
    has: (userId: string): boolean => places.of(userId) > 0,
    enter: (userId: string) => enter(userId, { places, lease, reader, announce }),

    /** Gives a place back. */
    leave(userId: string): void {
      places.give(userId);
      lease.setSockets(userId, Math.max(1, places.of(userId))).catch((error) => {
        log.debug({ err: error }, 'presence waits for the next renewal');
      });
    },

    start(): void {
      const look = oneAtATime(sweep, log);
      const tend = oneAtATime(() => renew().then(sweepEndedGateways), log);
      timers = [setInterval(look, sweepEveryMs), setInterval(tend, presenceRenewEveryMs)];
    },

    stop(): void {
      for (const timer of timers) clearInterval(timer);
    },

    /**
     * The last word of an orderly stop, after `stop`. The lease is not given back: when it ends, another gateway announces
     * those of our people who have not come back anywhere, which this one cannot wait for.
     */
    async sayLeaving(): Promise<void> {
      await lease.sayLeaving().catch((error) => log.debug({ err: error }, 'nobody could be told of the orderly stop'));
    },
  };
}

/** Sockets by person, and those whose last one has gone a moment ago. */
function createPlaces() {
  /** 0 while the grace lasts. */
  const sockets = new Map<string, number>();
  /** When the last socket went, oldest first: all wait equally long. */
  const leftAt = new Map<string, number>();
  return {
    of: (userId: string): number => sockets.get(userId) ?? 0,
    isShown: (userId: string): boolean => sockets.has(userId),
    /** What the registry says: somebody in their grace still counts as one socket. */
    shown: (): Map<string, number> => new Map([...sockets].map(([userId, count]) => [userId, Math.max(1, count)])),
    left: (): [userId: string, at: number][] => [...leftAt],
    take(userId: string): void {
      leftAt.delete(userId);
      sockets.set(userId, (sockets.get(userId) ?? 0) + 1);
    },
    give(userId: string): void {
      const left = Math.max(0, (sockets.get(userId) ?? 0) - 1);
      sockets.set(userId, left);
      if (left === 0) leftAt.set(userId, Date.now());
    },
    forget(userId: string): void {
      leftAt.delete(userId);
      sockets.delete(userId);
    },
    /** Back into the grace, unless they have come back themselves. */
    restore(userId: string, at: number): void {
      if (sockets.has(userId)) return;
      sockets.set(userId, 0);
      leftAt.set(userId, at);
    },
  };
}

type Places = ReturnType<typeof createPlaces>;

interface EnterDeps {
  places: Places;
  lease: PresenceLease;
  reader: PresenceReader;
  announce: AnnounceGoneDeps['announce'];
}

/** Takes a place; resolves with the person's sockets over all gateways. Rejects while Redis is away: then `leave`. */
async function enter(userId: string, { places, lease, reader, announce }: EnterDeps): Promise<number> {
  const wasOnline = places.isShown(userId);
  places.take(userId);
  // Written before it is counted: of two gateways that let somebody in at once, at least one sees the other's socket.
  await lease.setSockets(userId, places.of(userId));
  const [everywhere = 0] = await reader.socketCounts([userId]);
  if (!wasOnline && everywhere <= places.of(userId)) announce({ userId, online: true, lastSeenAt: null });
  // On an emptied Redis our own list is missing until the next renewal.
  return Math.max(everywhere, places.of(userId));
}

interface SweepDeps {
  places: Places;
  announceGone: (userIds: string[], seenAt: number) => Promise<void>;
}

/** Ends the grace of those who have not come back. */
function createOfflineSweep({ lease, graceMs, log }: PeopleHereOptions, { places, announceGone }: SweepDeps) {
  async function goOffline(userId: string, seenAt: number): Promise<void> {
    places.forget(userId);
    try {
      await lease.setSockets(userId, 0);
      await announceGone([userId], seenAt);
    } catch (error) {
      log.debug({ err: error, userId }, 'going offline waits for Redis');
      places.restore(userId, seenAt);
    }
  }

  return async function sweepOffline(): Promise<void> {
    const due = places.left().filter(([userId, at]) => Date.now() - at >= graceMs && places.of(userId) === 0);
    await Promise.all(due.map(([userId, at]) => goOffline(userId, at)));
  };
}

/** A round that is still under way when the next is due makes that one fall out. */
function oneAtATime(round: () => Promise<void>, log: Log): () => void {
  let running = false;
  return () => {
    if (running) return;
    running = true;
    round()
      .catch((error) => log.warn({ err: error }, 'presence could not be kept up'))
      .finally(() => {
        running = false;
      });
  };
}
