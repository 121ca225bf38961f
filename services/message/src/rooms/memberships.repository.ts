import type { Connection } from 'mongoose';
import { type ObjectId, toObjectId } from '../object-ids.ts';

interface MembershipDocument {
  roomId: ObjectId;
  userId: ObjectId;
  role: 'owner' | 'member';
  joinedAt: Date;
}

/** Who belongs to which chat room: this service is the only writer. */
export function createMembershipsRepository(connection: Connection) {
  const memberships = connection.collection<MembershipDocument>('memberships');

  return {
    async ensureIndexes(): Promise<void> {
      await memberships.createIndex({ roomId: 1, userId: 1 }, { unique: true });
      await memberships.createIndex({ userId: 1 });
    },

    /** Makes these people members; who is one stays as they are. */
    async addMembers(roomId: string, userIds: string[]): Promise<void> {
      const joinedAt = new Date();
      await memberships.bulkWrite(
        userIds.map((userId) => ({
          updateOne: {
            filter: { roomId: toObjectId(roomId), userId: toObjectId(userId) },
            update: { $setOnInsert: { role: 'member' as const, joinedAt } },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },

    /** Takes every membership of a room away. */
    async removeAll(roomId: string): Promise<void> {
      await memberships.deleteMany({ roomId: toObjectId(roomId) });
    },

    /** Ids of the rooms of a person, at most `limit`. */
    async listRoomIdsOf(userId: string, limit: number): Promise<string[]> {
      const mine = await memberships
        .find({ userId: toObjectId(userId) })
        .limit(limit)
        .toArray();
      return mine.map((membership) => membership.roomId.toHexString());
    },

    /** Of these rooms, the ones of which the person is a member. One query. */
    async findMemberships(userId: string, roomIds: string[]): Promise<Set<string>> {
      if (roomIds.length === 0) return new Set();
      const found = await memberships
        .find({ userId: toObjectId(userId), roomId: { $in: roomIds.map(toObjectId) } })
        .toArray();
      return new Set(found.map((membership) => membership.roomId.toHexString()));
    },

    /** Ids of the members of a room, at most `limit`. */
    async listMemberIds(roomId: string, limit: number): Promise<string[]> {
      const found = await memberships
        .find({ roomId: toObjectId(roomId) })
        .limit(limit)
        .toArray();
      return found.map((membership) => membership.userId.toHexString());
    },
  };
}

export type MembershipsRepository = ReturnType<typeof createMembershipsRepository>;
