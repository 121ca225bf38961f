import type { HistoryFrom, RoomAudience, RoomType } from '@hallway/contracts';
import type { Connection } from 'mongoose';
import { isDuplicateKey, type ObjectId, toObjectId } from '../object-ids.ts';

export interface RoomDocument {
  _id: ObjectId;
  type: RoomType;
  title: string | null;
  courseId: ObjectId | null;
  /** Both ids of a direct room in ascending order, joined: what makes it the only one of these two. */
  directKey?: string;
  /** Both people of a direct room; elsewhere only memberships tell. */
  directIds: ObjectId[] | null;
  memberCount: number;
  lastSeq: number;
  lastMessageAt: Date | null;
  /** When a message was last edited or deleted. Missing: never. */
  lastChangeAt?: Date;
  createdAt: Date;
  /** Missing: `start`. */
  historyFrom?: HistoryFrom;
  audience?: { courseId: ObjectId; sectionId: ObjectId | null };
  createdBy?: ObjectId;
  /** Unique for the person who made the room. */
  clientRoomId?: string;
  /** Set: nobody is a member any more, or is about to be; the messages stay for the institution's records. */
  deletedAt?: Date;
}

/** A chat room as the service thinks of it. `lastSeq` is as old as the read that brought it. */
export interface Room {
  id: string;
  type: RoomType;
  title: string | null;
  courseId: string | null;
  directIds: [string, string] | null;
  memberCount: number;
  lastSeq: number;
  lastMessageAt: Date | null;
  lastChangeAt: Date | null;
  createdAt: Date;
  historyFrom: HistoryFrom;
  audience: RoomAudience | null;
  isDeleted: boolean;
}

export interface NewDirectRoom {
  roomId: string;
  people: [string, string];
  courseId: string | null;
}

export interface RoomHead {
  roomId: string;
  lastSeq: number;
  lastMessageAt: Date;
}

/** Chat rooms: this service is their only writer. */
export function createRoomsRepository(connection: Connection) {
  const rooms = connection.collection<RoomDocument>('rooms');

  return {
    async ensureIndexes(): Promise<void> {
      // Partial, so that only direct rooms take part: each pair of people has one room, however many ask at once.
      await rooms.createIndex(
        { directKey: 1 },
        { unique: true, partialFilterExpression: { directKey: { $type: 'string' } } },
      );
    },

    /** Says that a message of the room was changed at this time. Never moves back. */
    async noteChange(roomId: string, changedAt: Date): Promise<void> {
      await rooms.updateOne({ _id: toObjectId(roomId) }, { $max: { lastChangeAt: changedAt } });
    },

    /** Rooms by id, unknown ones absent. One query. */
    async findRooms(ids: string[]): Promise<Map<string, Room>> {
      if (ids.length === 0) return new Map();
      const found = await rooms.find({ _id: { $in: ids.map(toObjectId) } }).toArray();
      return new Map(found.map((document) => [document._id.toHexString(), toRoom(document)]));
    },

    /** Those of these groups that show two members or fewer. One query. */
    async findSmallGroups(ids: string[]): Promise<string[]> {
      if (ids.length === 0) return [];
      const small = { _id: { $in: ids.map(toObjectId) }, type: 'group', memberCount: { $lte: 2 } } as const;
      const found = await rooms.find(small, { projection: { _id: 1 } }).toArray();
      return found.map(({ _id }) => _id.toHexString());
    },

    async findDirectRoom(a: string, b: string): Promise<Room | null> {
      const found = await rooms.findOne({ directKey: toDirectKey(a, b) });
      return found && toRoom(found);
    },

    /** The direct rooms of one person with each of these others, by the other's id. One query. */
    async findDirectRooms(userId: string, others: string[]): Promise<Map<string, Room>> {
      const keys = others.map((other) => toDirectKey(userId, other));
      const found = keys.length === 0 ? [] : await rooms.find({ directKey: { $in: keys } }).toArray();
      return new Map(found.map(toRoom).map((room) => [otherOf(room, userId) ?? '', room]));
    },

    /** Makes the direct room of two people. Null when it exists already: the unique index decides between many. */
    async insertDirectRoom(direct: NewDirectRoom): Promise<Room | null> {
      const document = toDirectRoomDocument(direct);
      try {
        await rooms.insertOne(document);
      } catch (error) {
        if (isDuplicateKey(error)) return null;
        throw error;
      }
      return toRoom(document);
    },

    /** Moves heads forward, never back. One write; running it again changes nothing. */
    async advanceHeads(heads: RoomHead[]): Promise<void> {
      if (heads.length === 0) return;
      await rooms.bulkWrite(
        heads.map(({ roomId, lastSeq, lastMessageAt }) => ({
          updateOne: { filter: { _id: toObjectId(roomId) }, update: { $max: { lastSeq, lastMessageAt } } },
        })),
        { ordered: false },
      );
    },
  };
}

export type RoomsRepository = ReturnType<typeof createRoomsRepository>;

/** The other person of a direct room; null in rooms of many. */
export function otherOf(room: Pick<Room, 'directIds'>, userId: string): string | null {
  return room.directIds?.find((id) => id !== userId) ?? null;
}

function toDirectKey(a: string, b: string): string {
  return a < b ? `${a}:${b}` : `${b}:${a}`;
}

function toDirectRoomDocument({ roomId, people: [a, b], courseId }: NewDirectRoom): RoomDocument {
  return {
    _id: toObjectId(roomId),
    type: 'direct',
    title: null,
    courseId: courseId === null ? null : toObjectId(courseId),
    directKey: toDirectKey(a, b),
    directIds: [toObjectId(a), toObjectId(b)],
    memberCount: 2,
    lastSeq: 0,
    lastMessageAt: null,
    createdAt: new Date(),
  };
}

export function toRoom(document: RoomDocument): Room {
  const [a, b] = document.directIds ?? [];
  return {
    id: document._id.toHexString(),
    type: document.type,
    title: document.title,
    courseId: document.courseId?.toHexString() ?? null,
    directIds: a && b ? [a.toHexString(), b.toHexString()] : null,
    memberCount: document.memberCount,
    lastSeq: document.lastSeq,
    lastMessageAt: document.lastMessageAt,
    lastChangeAt: document.lastChangeAt ?? null,
    createdAt: document.createdAt,
    historyFrom: document.historyFrom ?? 'start',
    audience: document.audience ? toAudience(document.audience) : null,
    isDeleted: document.deletedAt !== undefined,
  };
}

function toAudience({ courseId, sectionId }: NonNullable<RoomDocument['audience']>): RoomAudience {
  return { courseId: courseId.toHexString(), sectionId: sectionId?.toHexString() ?? null };
}
