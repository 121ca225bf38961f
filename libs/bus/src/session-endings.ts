import { type AccessClaims, SessionEnded } from '@hallway/contracts';
import { findFaults, type Log, type OnRound, waitForRedis } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { createLoop } from './loop.ts';
import type { BusNames } from './names.ts';
import { requireConnection } from './require-connection.ts';

// An access token lives ten minutes: an ending older than that concerns no token that is still valid.
const rememberMs = 11 * 60_000;
// Bounds the stream when a whole campus is signed out at once; 100 bytes an entry.
const streamLength = 200_000;

/** Announces that a session, or every session of a person, has ended. Idempotent for whoever listens. */
export function createAnnounceSessionEnded({ redis, names }: { redis: Redis; names: BusNames }) {
  return async function announceSessionEnded(ending: SessionEnded): Promise<void> {
    await redis.xadd(names.sessionEndings, 'MAXLEN', '~', streamLength, '*', 'ending', JSON.stringify(ending));
  };
}

/** The sessions that ended while tokens of theirs may still be valid: asked on every request, so all in memory. */
export function createEndedSessions({ now = Date.now }: { now?: () => number } = {}) {
  const sessions = new Map<string, number>();
  const people = new Map<string, number>();

  function forgetOld(endings: Map<string, number>) {
    for (const [id, at] of endings) {
      if (now() - at < rememberMs) return;
      endings.delete(id);
    }
  }

  return {
    record(ending: SessionEnded): void {
      forgetOld(sessions);
      forgetOld(people);
      const at = Date.parse(ending.endedAt);
      if (ending.sessionId === null) people.set(ending.userId, at);
      else sessions.set(ending.sessionId, at);
    },
    isEnded(claims: AccessClaims): boolean {
      const allEndedAt = people.get(claims.sub);
      return sessions.has(claims.sid) || (allEndedAt !== undefined && claims.iat * 1000 <= allEndedAt);
    },
  };
}

export type EndedSessions = ReturnType<typeof createEndedSessions>;

export interface FollowSessionEndingsOptions {
  /** A connection of its own: the loop blocks on it. */
  redis: Redis;
  names: BusNames;
  log: Log;
  onEnded: (ending: SessionEnded) => void;
  /** Endings since a time, asked of the auth service while Redis is away. Newest last. */
  poll: (since: Date) => Promise<SessionEnded[]>;
  onRound?: OnRound;
}

// An ending must reach sockets within 6 s also while Redis is away or hangs. A read that succeeds ends within the two seconds
// that it blocks: after three without one, Redis does not answer. Looking every one and a half, the first poll begins 4.5 s
// after the last read at the latest, and later endings are known after one and a half.
const readBlockMs = 2000;
const silentAfterMs = 3000;
const pollEveryMs = 1500;

/**
 * Tells `onEnded` of every ending of the last minutes, and then of each new one: by stream at once, by polling the auth
 * service while Redis is away or does not answer. An ending may be told twice.
 */
export function createSessionEndingsFollower(options: FollowSessionEndingsOptions) {
  const { redis, names, log, onEnded, poll, onRound } = options;
  let position = '0';
  let timer: NodeJS.Timeout | undefined;
  let readAt = 0;
  let polling = false;
  const loop = createLoop({ what: 'session endings', log, step: () => readOnce(readBlockMs), onRound });

  async function readOnce(blockMs: number): Promise<void> {
    requireConnection(redis);
    const reply = await redis.xread('COUNT', 1000, 'BLOCK', blockMs, 'STREAMS', names.sessionEndings, position);
    readAt = performance.now();
    for (const [id, fields] of reply?.[0]?.[1] ?? []) {
      position = id;
      const ending = parseEnding(fields[1], log);
      if (ending) onEnded(ending);
    }
  }

  async function pollWhileAway(): Promise<void> {
    const hears = redis.status === 'ready' && performance.now() - readAt < silentAfterMs;
    // One at a time: an auth service that hangs too is not asked by more and more.
    if (hears || polling) return;
    polling = true;
    try {
      for (const ending of await poll(new Date(Date.now() - rememberMs))) onEnded(ending);
    } catch (error) {
      log.warn({ err: error }, 'session endings could not be polled');
    } finally {
      polling = false;
    }
  }

  return {
    /** Resolves when the endings of the last minutes are known. Rejects when Redis is away. */
    async start(): Promise<void> {
      await waitForRedis(redis);
      position = `${Date.now() - rememberMs}-0`;
      await readOnce(1);
      loop.start();
      timer = setInterval(() => void pollWhileAway(), pollEveryMs);
    },
    async stop(): Promise<void> {
      clearInterval(timer);
      const stopped = loop.stop();
      redis.disconnect();
      await stopped;
    },
  };
}

function parseEnding(text: string | undefined, log: Log): SessionEnded | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (findFaults(SessionEnded, value).length === 0) return value as SessionEnded;
    log.error('a session ending is malformed');
  } catch (error) {
    log.error({ err: error }, 'a session ending is malformed');
  }
  return null;
}

/** Asks the auth service's internal port for endings since a time. Rejects when it cannot be reached. */
export function createSessionEndingsPoll({ authInternalUrl }: { authInternalUrl: string }) {
  return async function pollSessionEndings(since: Date): Promise<SessionEnded[]> {
    const address = `${authInternalUrl}/session-endings?since=${encodeURIComponent(since.toISOString())}`;
    const answer = await fetch(address, { signal: AbortSignal.timeout(3000) });
    if (!answer.ok) throw new Error(`the auth service answered ${answer.status}`);
    const { endings } = (await answer.json()) as { endings: unknown[] };
    return endings.filter((ending): ending is SessionEnded => findFaults(SessionEnded, ending).length === 0);
  };
}
