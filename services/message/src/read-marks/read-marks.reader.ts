import type { PendingReadMarks } from '@hallway/bus';
import { isStoreAway } from '@hallway/platform';
import type { Connection, mongo } from 'mongoose';
import { type ObjectId, toObjectId } from '../object-ids.ts';

interface ReadMarkDocument {
  roomId: ObjectId;
  userId: ObjectId;
  lastReadSeq: number;
}

/** Where a member of a room of many came in: nothing up to there is unread for them. */
interface JoinedDocument {
  roomId: ObjectId;
  userId: ObjectId;
  joinedSeq?: number;
}

/** How far each person has read, by person and by room. */
export type MarksByRoom = Map<string, Map<string, number>>;

/** Read marks: what the worker has written, and what is on its way to it. Has no way to write. */
export function createReadMarksReader({ connection, pending }: { connection: Connection; pending: PendingReadMarks }) {
  const readMarks = connection.collection<ReadMarkDocument>('readMarks');
  const memberships = connection.collection<JoinedDocument>('memberships');

  return {
    /** Everybody's marks in these rooms; for direct rooms, which have two. One query and one round trip. */
    async ofDirectRooms(roomIds: string[]): Promise<MarksByRoom> {
      if (roomIds.length === 0) return new Map();
      const [stored, waiting] = await Promise.all([
        readMarks.find({ roomId: { $in: roomIds.map(toObjectId) } }).toArray(),
        orNothing(Promise.all(roomIds.map((roomId) => pending.list(roomId))), []),
      ]);
      const marks: MarksByRoom = new Map(roomIds.map((roomId) => [roomId, new Map<string, number>()]));
      for (const { roomId, userId, lastReadSeq } of stored) {
        raise(marks.get(roomId.toHexString()), userId.toHexString(), lastReadSeq);
      }
      for (const [index, list] of waiting.entries()) {
        for (const mark of list) raise(marks.get(roomIds[index] ?? ''), mark.userId, mark.lastReadSeq);
      }
      return marks;
    },

    /**
     * One person's mark in each of these rooms, or where they came in if that is later; 0 where they have read nothing. Two
     * queries and one round trip, all at once; one query where `joinedSeqs` says where they came in to these rooms.
     */
    async ofPerson(
      userId: string,
      roomIds: string[],
      joinedSeqs?: ReadonlyMap<string, number>,
    ): Promise<Map<string, number>> {
      const marks = new Map(roomIds.map((roomId) => [roomId, 0]));
      if (roomIds.length === 0) return marks;
      const filter = { userId: toObjectId(userId), roomId: { $in: roomIds.map(toObjectId) } };
      const [stored, joined, waiting] = await Promise.all([
        readMarks.find(filter).toArray(),
        joinedSeqs ?? findJoinedSeqs(memberships, filter),
        orNothing(pending.ofPerson(userId, roomIds), new Map<string, number>()),
      ]);
      for (const [roomId, joinedSeq] of joined) raise(marks, roomId, joinedSeq);
      for (const { roomId, lastReadSeq } of stored) raise(marks, roomId.toHexString(), lastReadSeq);
      for (const [roomId, lastReadSeq] of waiting) raise(marks, roomId, lastReadSeq);
      return marks;
    },
  };
}

async function findJoinedSeqs(
  memberships: mongo.Collection<JoinedDocument>,
  filter: mongo.Filter<JoinedDocument>,
): Promise<Map<string, number>> {
  const found = await memberships.find(filter, { projection: { _id: 0, roomId: 1, joinedSeq: 1 } }).toArray();
  return new Map(found.map(({ roomId, joinedSeq = 0 }) => [roomId.toHexString(), joinedSeq]));
}

export type ReadMarksReader = ReturnType<typeof createReadMarksReader>;

function raise(marks: Map<string, number> | undefined, key: string, lastReadSeq: number): void {
  if (marks && lastReadSeq > (marks.get(key) ?? 0)) marks.set(key, lastReadSeq);
}

/** While Redis is away the stored marks are the best that is known: late, never wrong. */
async function orNothing<T>(reading: Promise<T>, nothing: T): Promise<T> {
  return reading.catch((error) => {
    if (isStoreAway(error)) return nothing;
    throw error;
  });
}
