import mongoose, { type Connection } from 'mongoose';

type ObjectId = mongoose.Types.ObjectId;

/** One thing that somebody did to accounts, sessions, courses or families. Written once, never changed or removed. */
export interface AuditEntry {
  id: string;
  at: Date;
  /** Who did it; null when the service itself did. */
  actorId: string | null;
  /** What was done: past and dotted, like `user.deactivated` or `session.token-reused`. */
  action: string;
  /** Whom or what it concerns: the id of a person, a course, a section. */
  targetId: string | null;
  sessionId?: string;
  /** Address of the client. */
  address?: string;
  /** What else tells the story. Never a password, a token or a hash. */
  details: Record<string, unknown>;
}

export type NewAuditEntry = Omit<AuditEntry, 'id' | 'at' | 'details'> & { details?: Record<string, unknown> };

interface AuditRecord {
  _id: ObjectId;
  at: Date;
  actorId: ObjectId | null;
  action: string;
  targetId: ObjectId | null;
  sessionId?: ObjectId;
  address?: string;
  details: Record<string, unknown>;
}

export interface AuditQuery {
  actorId?: string | undefined;
  targetId?: string | undefined;
  action?: string | undefined;
  /** Id of the last entry of the page before; entries older than it follow. */
  before?: string | undefined;
  limit: number;
}

/**
 * What was done, by whom, to whom. Append-only: there is no write here but the append, and the collection has no expiry, as an
 * institution decides itself how long it must be able to answer.
 */
export function createAuditLog(connection: Connection) {
  const entries = connection.collection<AuditRecord>('auditLog');

  return {
    /** Writes an entry, with a majority. Rejects when it could not be written: the caller decides what that means. */
    async append({ actorId, targetId, sessionId, address, action, details = {} }: NewAuditEntry): Promise<void> {
      await entries.insertOne({
        _id: new mongoose.Types.ObjectId(),
        at: new Date(),
        actorId: actorId === null ? null : toId(actorId),
        action,
        targetId: targetId === null ? null : toId(targetId),
        ...(sessionId === undefined ? {} : { sessionId: toId(sessionId) }),
        ...(address === undefined ? {} : { address }),
        details,
      });
    },

    /** Entries that fit, the youngest first. Ids follow the clock, and place entries of one second in one order for all. */
    async list({ actorId, targetId, action, before, limit }: AuditQuery): Promise<AuditEntry[]> {
      const filter = {
        ...(actorId === undefined ? {} : { actorId: toId(actorId) }),
        ...(targetId === undefined ? {} : { targetId: toId(targetId) }),
        ...(action === undefined ? {} : { action }),
        ...(before === undefined ? {} : { _id: { $lt: toId(before) } }),
      };
      const found = await entries.find(filter).sort({ _id: -1 }).limit(limit).toArray();
      return found.map(toEntry);
    },
  };
}

export type AuditLog = ReturnType<typeof createAuditLog>;

function toId(id: string): ObjectId {
  return new mongoose.Types.ObjectId(id);
}

function toEntry({ _id, actorId, targetId, sessionId, ...entry }: AuditRecord): AuditEntry {
  return {
    ...entry,
    id: _id.toHexString(),
    actorId: actorId?.toHexString() ?? null,
    targetId: targetId?.toHexString() ?? null,
    ...(sessionId === undefined ? {} : { sessionId: sessionId.toHexString() }),
  };
}
