import type { PendingMark } from '@hallway/bus';
import type { Connection } from 'mongoose';
import { type ObjectId, toObjectId } from '../object-ids.ts';

interface ReadMarkDocument {
  roomId: ObjectId;
  userId: ObjectId;
  lastReadSeq: number;
  /** When the person read up to there. */
  readAt: Date;
}

/** Read marks: this service is their only writer. */
export function createReadMarksRepository(connection: Connection) {
  const readMarks = connection.collection<ReadMarkDocument>('readMarks');

  return {
    async ensureIndexes(): Promise<void> {
      await readMarks.createIndex({ roomId: 1, userId: 1 }, { unique: true });
      await readMarks.createIndex({ userId: 1 });
    },

    /** The marks of these people in one room; who has none is absent. One query. */
    async findMarks(roomId: string, userIds: string[]): Promise<Map<string, PendingMark>> {
      const found = await readMarks
        .find({ roomId: toObjectId(roomId), userId: { $in: userIds.map(toObjectId) } })
        .toArray();
      return new Map(found.map(toMark).map((mark) => [mark.userId, mark]));
    },

    /** How far everybody has read these rooms, by room and person. One query; rooms without marks are absent. */
    async listReadUpTo(roomIds: string[]): Promise<Map<string, Map<string, number>>> {
      const found = await readMarks.find({ roomId: { $in: roomIds.map(toObjectId) } }).toArray();
      const byRoom = Map.groupBy(found, (mark) => mark.roomId.toHexString());
      return new Map(
        [...byRoom].map(([roomId, marks]) => [
          roomId,
          new Map(marks.map((mark) => [mark.userId.toHexString(), mark.lastReadSeq])),
        ]),
      );
    },

    /**
     * Raises marks, never lowers one. One write, acknowledged by a majority; each mark is atomic for itself and running it
     * again changes nothing.
     */
    async raise(roomId: string, marks: PendingMark[]): Promise<void> {
      if (marks.length === 0) return;
      await readMarks.bulkWrite(
        marks.map(({ userId, lastReadSeq, readAt }) => ({
          updateOne: {
            filter: { roomId: toObjectId(roomId), userId: toObjectId(userId) },
            update: { $max: { lastReadSeq, readAt: new Date(readAt) } },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },
  };
}

export type ReadMarksRepository = ReturnType<typeof createReadMarksRepository>;

function toMark({ userId, lastReadSeq, readAt }: ReadMarkDocument): PendingMark {
  return { userId: userId.toHexString(), lastReadSeq, readAt: readAt.toISOString() };
}
