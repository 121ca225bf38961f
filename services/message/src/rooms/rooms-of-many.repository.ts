import type { HistoryFrom, RoomAudience, RoomType } from '@hallway/contracts';
import type { Connection, mongo } from 'mongoose';
import { isDuplicateKey, toObjectId } from '../object-ids.ts';
import { type Room, type RoomDocument, toRoom } from './rooms.repository.ts';

export interface NewRoom {
  roomId: string;
  type: Exclude<RoomType, 'direct'>;
  title: string;
  courseId: string | null;
  historyFrom: HistoryFrom;
  audience: RoomAudience | null;
  createdBy: string;
  clientRoomId: string | undefined;
  memberCount: number;
}

/** What only rooms of many have: titles, audiences and an end. The same collection, and the same only writer. */
export function createRoomsOfManyRepository(connection: Connection) {
  const rooms = connection.collection<RoomDocument>('rooms');

  return {
    async ensureIndexes(): Promise<void> {
      await rooms.createIndex(
        { createdBy: 1, clientRoomId: 1 },
        { unique: true, partialFilterExpression: { clientRoomId: { $type: 'string' } } },
      );
      await rooms.createIndex({ courseId: 1 }, { partialFilterExpression: { courseId: { $type: 'objectId' } } });
    },

    async findByClientRoomId(createdBy: string, clientRoomId: string): Promise<Room | null> {
      const found = await rooms.findOne({ createdBy: toObjectId(createdBy), clientRoomId });
      return found && toRoom(found);
    },

    /** False when the same person made a room under this `clientRoomId` before: the unique index decides. */
    async insertRoom(room: NewRoom): Promise<boolean> {
      try {
        await rooms.insertOne(toDocument(room));
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },

    async changeTitle(roomId: string, title: string): Promise<void> {
      await rooms.updateOne({ _id: toObjectId(roomId) }, { $set: { title } });
    },

    /** Idempotent. From then on nobody is added any more. */
    async markDeleted(roomId: string): Promise<void> {
      await rooms.updateOne(
        { _id: toObjectId(roomId), deletedAt: { $exists: false } },
        { $set: { deletedAt: new Date() } },
      );
    },

    async setMemberCount(roomId: string, memberCount: number): Promise<void> {
      await rooms.updateOne({ _id: toObjectId(roomId) }, { $set: { memberCount } });
    },

    /** Whether people may still be added: false where the room is deleted, or on its way to be. */
    async isOpen(roomId: string): Promise<boolean> {
      const found = await rooms.findOne({ _id: toObjectId(roomId) }, { projection: { deletedAt: 1 } });
      return found !== null && found.deletedAt === undefined;
    },

    /** Rooms that were deleted while somebody still is a member: the process that did it ended half way. */
    async listHalfDeleted(limit: number): Promise<string[]> {
      const found = await rooms
        .find({ deletedAt: { $exists: true }, memberCount: { $gt: 0 } })
        .limit(limit)
        .toArray();
      return found.map(({ _id }) => _id.toHexString());
    },

    ...createFollowing(rooms),
  };
}

export type RoomsOfManyRepository = ReturnType<typeof createRoomsOfManyRepository>;

const ofCourses: { $in: RoomType[] } = { $in: ['course', 'announcement'] };

function createFollowing(rooms: mongo.Collection<RoomDocument>) {
  return {
    /** The course and announcement rooms of these courses: all depend on who belongs to the course. */
    async listFollowing(courseIds: string[]): Promise<Room[]> {
      const found = await rooms.find({ courseId: { $in: courseIds.map(toObjectId) }, type: ofCourses }).toArray();
      return found.filter(({ deletedAt }) => deletedAt === undefined).map(toRoom);
    },

    /** The courses that have such rooms, each once. */
    async listFollowedCourses(): Promise<string[]> {
      const found = await rooms
        .find({ courseId: { $type: 'objectId' }, type: ofCourses }, { projection: { courseId: 1, deletedAt: 1 } })
        .toArray();
      const alive = found.filter(({ deletedAt }) => deletedAt === undefined);
      return [...new Set(alive.flatMap(({ courseId }) => courseId?.toHexString() ?? []))];
    },
  };
}

function toDocument({ roomId, courseId, audience, createdBy, clientRoomId, ...room }: NewRoom): RoomDocument {
  return {
    _id: toObjectId(roomId),
    ...room,
    courseId: courseId === null ? null : toObjectId(courseId),
    directIds: null,
    lastSeq: 0,
    lastMessageAt: null,
    createdAt: new Date(),
    createdBy: toObjectId(createdBy),
    ...(clientRoomId === undefined ? {} : { clientRoomId }),
    ...(audience === null ? {} : { audience: toAudienceDocument(audience) }),
  };
}

function toAudienceDocument({ courseId, sectionId }: RoomAudience) {
  return { courseId: toObjectId(courseId), sectionId: sectionId === null ? null : toObjectId(sectionId) };
}
