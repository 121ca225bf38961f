import type { MembershipSource, RoomRole } from '@hallway/contracts';
import type { Connection, mongo } from 'mongoose';
import { isDuplicateKey, type ObjectId, toObjectId } from '../object-ids.ts';

interface MembershipDocument {
  roomId: ObjectId;
  userId: ObjectId;
  role: RoomRole;
  joinedAt: Date;
  /** The room's head when the person came: nothing up to it is unread. Missing: 0. */
  joinedSeq?: number;
  /** Missing: `manual`. */
  source?: MembershipSource;
  /** In a room of a course: brought in by its staff as somebody who does not belong to the course. */
  guest?: true;
}

export interface Membership {
  userId: string;
  role: RoomRole;
  joinedAt: Date;
  joinedSeq: number;
  source: MembershipSource;
  guest: boolean;
}

export interface NewMembers {
  roomId: string;
  userIds: string[];
  joinedSeq?: number;
  source?: MembershipSource;
  role?: RoomRole;
  /** Those of them who come as guests of the course. */
  guestIds?: ReadonlySet<string>;
}

/** Who belongs to which chat room: this service is the only writer. */
export function createMembershipsRepository(connection: Connection) {
  const memberships = connection.collection<MembershipDocument>('memberships');
  const members = createMemberReads(memberships);

  return {
    ...members,
    ...createMemberWrites(memberships, members.findExisting),
    ...createMembershipChanges(memberships),
    ...createPersonReads(memberships),
    ...createManyRoomsReads(memberships),

    async ensureIndexes(): Promise<void> {
      await memberships.createIndex({ roomId: 1, userId: 1 }, { unique: true });
      await memberships.createIndex({ userId: 1 });
    },
  };
}

export type MembershipsRepository = ReturnType<typeof createMembershipsRepository>;

const nobody: ReadonlySet<string> = new Set();

type Memberships = mongo.Collection<MembershipDocument>;
type FindExisting = (roomId: string, userIds: string[]) => Promise<Membership[]>;

function createMemberWrites(memberships: Memberships, findExisting: FindExisting) {
  return {
    /** Makes these people members and answers who was none; who is one stays as they are. Running it again changes nothing. */
    async addMembers({
      roomId,
      userIds,
      joinedSeq = 0,
      source = 'manual',
      role = 'member',
      guestIds = nobody,
    }: NewMembers): Promise<string[]> {
      const existing = new Set((await findExisting(roomId, userIds)).map(({ userId }) => userId));
      const fresh = [...new Set(userIds)].filter((userId) => !existing.has(userId));
      if (fresh.length === 0) return [];
      const joinedAt = new Date();
      const writes = fresh.map((userId) => ({
        updateOne: {
          filter: { roomId: toObjectId(roomId), userId: toObjectId(userId) },
          update: {
            $setOnInsert: {
              role,
              joinedAt,
              joinedSeq,
              source,
              ...(guestIds.has(userId) ? { guest: true as const } : {}),
            },
          },
          upsert: true,
        },
      }));
      // Of two upserts of one person at once, the index lets one through.
      await memberships.bulkWrite(writes, { ordered: false }).catch((error) => {
        if (!isDuplicateKey(error)) throw error;
      });
      return fresh;
    },

    /** Takes memberships away, only those of one source where it is named, and answers whose they were. */
    async removeMembers(roomId: string, userIds: string[], source?: MembershipSource): Promise<string[]> {
      const existing = (await findExisting(roomId, userIds)).filter(
        (one) => source === undefined || one.source === source,
      );
      const gone = existing.map(({ userId }) => userId);
      if (gone.length === 0) return [];
      await memberships.deleteMany({
        roomId: toObjectId(roomId),
        userId: { $in: gone.map(toObjectId) },
        ...(source === undefined ? {} : { source }),
      });
      return gone;
    },
  };
}

function createMembershipChanges(memberships: Memberships) {
  return {
    /** Takes every membership of a room away. */
    async removeAll(roomId: string): Promise<void> {
      await memberships.deleteMany({ roomId: toObjectId(roomId) });
    },

    /** Lets these memberships end with an enrolment from now on. */
    async follow(roomId: string, userIds: string[]): Promise<void> {
      if (userIds.length === 0) return;
      const filter = { roomId: toObjectId(roomId), userId: { $in: userIds.map(toObjectId) } };
      await memberships.updateMany(filter, { $set: { source: 'audience' }, $unset: { guest: '' } });
    },

    /** These belong to the course by now, and are its guests no longer. */
    async endGuests(roomId: string, userIds: string[]): Promise<void> {
      if (userIds.length === 0) return;
      const filter = { roomId: toObjectId(roomId), userId: { $in: userIds.map(toObjectId) } };
      await memberships.updateMany(filter, { $unset: { guest: '' } });
    },

    async setRole(roomId: string, userId: string, role: RoomRole): Promise<void> {
      await memberships.updateOne({ roomId: toObjectId(roomId), userId: toObjectId(userId) }, { $set: { role } });
    },
  };
}

/** The rooms of one person. */
function createPersonReads(memberships: Memberships) {
  return {
    /** The memberships of a person, at most `limit`, by room. */
    async listMembershipsOf(userId: string, limit: number): Promise<Map<string, Membership>> {
      const mine = await memberships
        .find({ userId: toObjectId(userId) })
        .limit(limit)
        .toArray();
      return new Map(mine.map((membership) => [membership.roomId.toHexString(), toMembership(membership)]));
    },

    /** The person's memberships among these rooms, by room. One query. */
    async findMemberships(userId: string, roomIds: string[]): Promise<Map<string, Membership>> {
      if (roomIds.length === 0) return new Map();
      const found = await memberships
        .find({ userId: toObjectId(userId), roomId: { $in: roomIds.map(toObjectId) } })
        .toArray();
      return new Map(found.map((membership) => [membership.roomId.toHexString(), toMembership(membership)]));
    },
  };
}

/** The people of several rooms at once. */
function createManyRoomsReads(memberships: Memberships) {
  return {
    /** Ids of the members of each of these rooms, at most `limit` together. One query. */
    async listMemberIdsByRoom(roomIds: string[], limit: number): Promise<Map<string, string[]>> {
      if (roomIds.length === 0) return new Map();
      const found = await memberships
        .find({ roomId: { $in: roomIds.map(toObjectId) } }, { projection: { _id: 0, roomId: 1, userId: 1 } })
        .limit(limit)
        .toArray();
      const byRoom = Map.groupBy(found, ({ roomId }) => roomId.toHexString());
      return new Map([...byRoom].map(([id, members]) => [id, members.map(({ userId }) => userId.toHexString())]));
    },
  };
}

/** The people of one room. */
function createMemberReads(memberships: Memberships) {
  return {
    /** Those of these people who are members. */
    async findExisting(roomId: string, userIds: string[]): Promise<Membership[]> {
      if (userIds.length === 0) return [];
      const found = await memberships
        .find({ roomId: toObjectId(roomId), userId: { $in: userIds.map(toObjectId) } })
        .toArray();
      return found.map(toMembership);
    },

    /** Ids of the members of a room, at most `limit`. */
    async listMemberIds(roomId: string, limit: number): Promise<string[]> {
      const found = await memberships
        .find({ roomId: toObjectId(roomId) })
        .limit(limit)
        .toArray();
      return found.map((membership) => membership.userId.toHexString());
    },

    /** A page of the members of a room, by id: a range of the unique index. */
    async listMembers(
      roomId: string,
      { after, limit }: { after?: string | undefined; limit: number },
    ): Promise<Membership[]> {
      const from = after === undefined ? {} : { userId: { $gt: toObjectId(after) } };
      const found = await memberships
        .find({ roomId: toObjectId(roomId), ...from })
        .sort({ userId: 1 })
        .limit(limit)
        .toArray();
      return found.map(toMembership);
    },

    async countMembers(roomId: string): Promise<number> {
      return memberships.countDocuments({ roomId: toObjectId(roomId) });
    },

    /** The owners of a room. */
    async listOwnerIds(roomId: string): Promise<string[]> {
      const found = await memberships.find({ roomId: toObjectId(roomId), role: 'owner' }).toArray();
      return found.map(({ userId }) => userId.toHexString());
    },

    /** Members who came when a message of this `seq` was there already, at most `limit`. */
    async listJoinedAfter(roomId: string, seq: number, limit: number): Promise<string[]> {
      const found = await memberships
        .find({ roomId: toObjectId(roomId), joinedSeq: { $gte: seq } })
        .limit(limit)
        .toArray();
      return found.map(({ userId }) => userId.toHexString());
    },
  };
}

function toMembership(document: MembershipDocument): Membership {
  const { userId, role, joinedAt, joinedSeq = 0, source = 'manual', guest = false } = document;
  return { userId: userId.toHexString(), role, joinedAt, joinedSeq, source, guest };
}
