import type { Connection, mongo } from 'mongoose';
import { isDuplicateKey, toObjectId } from '../object-ids.ts';
import { type MessageDocument, type StoredMessage, toStoredMessage } from './message-record.ts';

/** What makes a send the same send: a `clientMessageId` is unique for a sender in a room. */
export interface SendKey {
  roomId: string;
  senderId: string;
  clientMessageId: string;
}

/** A span of `seq`: above `after`, up to and with `upTo`. */
export interface SeqRange {
  roomId: string;
  after: number;
  upTo: number;
}

/** What a change makes of a message that is still as it was read. */
export interface MessageChange {
  message: Pick<StoredMessage, 'id' | 'roomId' | 'changedAt'>;
  content: string;
  editedAt: Date | null;
  deletedAt: Date | null;
  changedAt: Date;
  appliedChanges: string[];
}

// One answer of a room's changes; beyond it the newest ones come.
const changesPerRoom = 200;

/** Messages: this service is their only writer. */
export function createMessagesRepository(connection: Connection) {
  const messages = connection.collection<MessageDocument>('messages');

  /**
   * One query for each filter, all at once over the pool. A single `$or` would be one round trip, but not every engine serves
   * it from an index: SecantusDB reads the whole collection for it, a tenth of a second for every 4,000 messages.
   */
  async function findEach(filters: Filter[]): Promise<StoredMessage[]> {
    const found = await Promise.all(filters.map((filter) => messages.find(filter).toArray()));
    return found.flat().map(toStoredMessage);
  }

  return {
    /** Both indexes begin with the room, so that the collection can be sharded by it. */
    async ensureIndexes(): Promise<void> {
      await messages.createIndex({ roomId: 1, seq: 1 }, { unique: true });
      await messages.createIndex({ roomId: 1, senderId: 1, clientMessageId: 1 }, { unique: true });
      await messages.createIndex(
        { roomId: 1, changedAt: 1 },
        { partialFilterExpression: { changedAt: { $type: 'date' } } },
      );
    },

    ...createChangeStore(messages),

    /**
     * Writes all of them with one command, acknowledged by a majority. Answers the ones that a unique index refused;
     * rejects when it is not known which are stored.
     */
    async insertBatch(documents: MessageDocument[]): Promise<{ refused: MessageDocument[] }> {
      const failed = await messages.insertMany(documents, { ordered: false }).then(() => [], toIndexRefusals);
      return { refused: failed.flatMap((index) => documents[index] ?? []) };
    },

    /** The stored messages of these sends, in no order. One query for each room and sender among them. */
    async findBySendKeys(keys: SendKey[]): Promise<StoredMessage[]> {
      const groups = Map.groupBy(keys, (key) => `${key.roomId}:${key.senderId}`);
      return findEach([...groups.values()].map(toKeyFilter));
    },

    /** Ascending `seq`; at most `limit` from the end that `newestFirst` names. A bounded range of the unique index. */
    async findRange({ roomId, after, upTo }: SeqRange): Promise<StoredMessage[]> {
      if (upTo <= after) return [];
      const found = await messages.find(toRangeFilter({ roomId, after, upTo })).sort({ seq: 1 }).toArray();
      return found.map(toStoredMessage);
    },

    /** Several ranges at once, by room, each ascending. One bounded range of the unique index for each. */
    async findRanges(ranges: SeqRange[]): Promise<Map<string, StoredMessage[]>> {
      const found = await findEach(ranges.filter(({ after, upTo }) => upTo > after).map(toRangeFilter));
      const stored = found.sort((a, b) => a.seq - b.seq);
      return Map.groupBy(stored, (message) => message.roomId);
    },

    /** Numbers that are taken above `after`, ascending: what a writer left behind that did not come to move the head. */
    async findSeqsAbove(roomId: string, after: number): Promise<number[]> {
      const found = await messages
        .find({ roomId: toObjectId(roomId), seq: { $gt: after } }, { projection: { seq: 1, _id: 0 } })
        .sort({ seq: 1 })
        .toArray();
      return found.map((document) => document.seq);
    },

    /** Messages by id, unknown ones absent. One query. */
    async findByIds(ids: string[]): Promise<StoredMessage[]> {
      if (ids.length === 0) return [];
      const found = await messages.find({ _id: { $in: ids.map(toObjectId) } }).toArray();
      return found.map(toStoredMessage);
    },
  };
}

export type MessagesRepository = ReturnType<typeof createMessagesRepository>;

/** Edits and deletes. */
function createChangeStore(messages: mongo.Collection<MessageDocument>) {
  return {
    /**
     * Changes a message, acknowledged by a majority. Atomic. False, and nothing written, where it was changed since it was read.
     */
    async change({
      message,
      content,
      editedAt,
      deletedAt,
      changedAt,
      appliedChanges,
    }: MessageChange): Promise<boolean> {
      const times = { ...(editedAt ? { editedAt } : {}), ...(deletedAt ? { deletedAt } : {}), changedAt };
      const { matchedCount } = await messages.updateOne(
        {
          _id: toObjectId(message.id),
          roomId: toObjectId(message.roomId),
          ...(message.changedAt ? { changedAt: message.changedAt } : { changedAt: { $exists: false } }),
        },
        { $set: { content, appliedChanges, ...times } },
      );
      return matchedCount === 1;
    },

    /** What was edited or deleted in a room since a time, at most 200, the newest ones, in no order. */
    async findChangedSince(roomId: string, since: Date): Promise<StoredMessage[]> {
      const found = await messages
        .find({ roomId: toObjectId(roomId), changedAt: { $gt: since } })
        .sort({ changedAt: -1 })
        .limit(changesPerRoom)
        .toArray();
      return found.map(toStoredMessage);
    },
  };
}

type Filter = ReturnType<typeof toKeyFilter> | ReturnType<typeof toRangeFilter>;

function toKeyFilter(keys: SendKey[]) {
  const [{ roomId, senderId }] = keys as [SendKey];
  return {
    roomId: toObjectId(roomId),
    senderId: toObjectId(senderId),
    clientMessageId: { $in: keys.map((key) => key.clientMessageId) },
  };
}

function toRangeFilter({ roomId, after, upTo }: SeqRange) {
  return { roomId: toObjectId(roomId), seq: { $gt: after, $lte: upTo } };
}

/** Positions in the batch that unique indexes refused. Throws the error when anything else went wrong. */
function toIndexRefusals(error: unknown): number[] {
  const { writeErrors, result } = error as { writeErrors?: unknown; result?: { getWriteConcernError?: () => unknown } };
  if (!isDuplicateKey(error) || result?.getWriteConcernError?.()) throw error;
  const faults = (Array.isArray(writeErrors) ? writeErrors : [writeErrors]) as { code?: number; index?: number }[];
  if (faults.some((fault) => fault?.code !== 11000 || fault.index === undefined)) throw error;
  return faults.map((fault) => fault.index as number);
}
