import type { SessionEnded } from '@hallway/contracts';
import mongoose, { type Collection, type Connection } from 'mongoose';
import type { SessionTokens } from './apply-rotation.ts';

type ObjectId = mongoose.Types.ObjectId;
export type EndReason = SessionEnded['reason'];

interface SessionRecord extends SessionTokens {
  _id: ObjectId;
  userId: ObjectId;
  device: string;
  createdAt: Date;
  lastSeenAt: Date;
  /** When it ends unless it is refreshed before. */
  expiresAt: Date;
  /** When it ends whatever happens. */
  endsAt: Date;
  familyHash: string;
  /** Of the account when the session began, see `endSessionsOf`. Missing: 0. */
  epoch?: number;
  /** When the person last showed anew who they are. Missing: never since the sign-in. */
  confirmedAt?: Date;
  /** Grows with each rotation, so that two of them cannot overwrite each other. */
  version: number;
  endedAt: Date | null;
  endReason: EndReason | null;
  purgeAt: Date;
}

export type StoredSession = Omit<SessionRecord, '_id' | 'userId' | 'epoch'> & {
  id: string;
  userId: string;
  epoch: number;
};

export interface NewSession {
  id: string;
  userId: string;
  device: string;
  createdAt: Date;
  expiresAt: Date;
  endsAt: Date;
  familyHash: string;
  tokenHash: string;
  epoch: number;
}

export interface RotatedSession {
  id: string;
  /** The version that was read. */
  version: number;
  tokens: SessionTokens;
  lastSeenAt: Date;
  expiresAt: Date;
}

// Ended sessions are asked for by gateways for eleven minutes, and by people who investigate for a day.
const keepEndedMs = 24 * 3600_000;
// What a gateway is told at once; the endings of eleven minutes on a campus where half of the people sign out.
const endingsLimit = 50_000;

export function createSessionsRepository(connection: Connection) {
  const sessions = connection.collection<SessionRecord>('sessions');

  return {
    async find(id: string): Promise<StoredSession | null> {
      const session = await sessions.findOne({ _id: toId(id) });
      return session && toStored(session);
    },

    async insert({ id, userId, tokenHash, ...session }: NewSession): Promise<void> {
      await sessions.insertOne({
        ...session,
        _id: toId(id),
        userId: toId(userId),
        lastSeenAt: session.createdAt,
        current: [tokenHash],
        spent: [],
        version: 1,
        endedAt: null,
        endReason: null,
        purgeAt: session.endsAt,
      });
    },

    /** Stores a rotation if the session is alive and as it was read; says whether it did. Atomic. */
    async rotate({ id, version, tokens, lastSeenAt, expiresAt }: RotatedSession): Promise<boolean> {
      const { matchedCount } = await sessions.updateOne(
        { _id: toId(id), version, endedAt: null },
        { $set: { ...tokens, lastSeenAt, expiresAt, version: version + 1 } },
      );
      return matchedCount === 1;
    },

    /** Takes a session over into a later epoch of its account. */
    async setEpoch(id: string, epoch: number): Promise<void> {
      await sessions.updateOne({ _id: toId(id), endedAt: null }, { $set: { epoch } });
    },

    /** Notes that the person of a session showed anew who they are. */
    async confirm(id: string, confirmedAt: Date): Promise<void> {
      await sessions.updateOne({ _id: toId(id), endedAt: null }, { $set: { confirmedAt } });
    },

    /** Sessions of a person that have not ended, the youngest first. */
    async listLive(userId: string, now: Date): Promise<StoredSession[]> {
      const live = await sessions.find({ userId: toId(userId), endedAt: null, expiresAt: { $gt: now } }).toArray();
      return live.map(toStored).sort((a, b) => (a.id < b.id ? 1 : -1));
    },

    /** Ends a session. False: it had ended before, or there is none. Atomic. */
    async end(id: string, reason: EndReason, endedAt: Date): Promise<boolean> {
      const purgeAt = new Date(endedAt.getTime() + keepEndedMs);
      const { matchedCount } = await sessions.updateOne(
        { _id: toId(id), endedAt: null },
        { $set: { endedAt, endReason: reason, current: [], spent: [], purgeAt } },
      );
      return matchedCount === 1;
    },

    listEndings: createListEndings(sessions),
  };
}

/** Endings since a time, newest last; the newest of them when there are very many. */
function createListEndings(sessions: Collection<SessionRecord>) {
  return async function listEndings(since: Date): Promise<SessionEnded[]> {
    const ended = await sessions
      .find({ endedAt: { $gte: since } }, { projection: { userId: 1, endedAt: 1, endReason: 1 } })
      .sort({ endedAt: -1 })
      .limit(endingsLimit)
      .toArray();
    return ended.reverse().map(({ _id, userId, endedAt, endReason }) => ({
      userId: userId.toHexString(),
      sessionId: _id.toHexString(),
      reason: endReason ?? 'signed-out',
      endedAt: (endedAt ?? since).toISOString(),
    }));
  };
}

export type SessionsRepository = ReturnType<typeof createSessionsRepository>;

function toId(id: string): ObjectId {
  return new mongoose.Types.ObjectId(id);
}

function toStored({ _id, userId, epoch = 0, ...session }: SessionRecord): StoredSession {
  return { ...session, epoch, id: _id.toHexString(), userId: userId.toHexString() };
}

/** A session that was neither ended nor ran out. */
export function isLive(session: Pick<StoredSession, 'endedAt' | 'expiresAt' | 'endsAt'>, now: Date): boolean {
  return session.endedAt === null && session.expiresAt > now && session.endsAt > now;
}
