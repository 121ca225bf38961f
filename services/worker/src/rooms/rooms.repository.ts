import type { RoomType } from '@hallway/contracts';
import type { Connection } from 'mongoose';
import { type ObjectId, toObjectId } from '../object-ids.ts';

interface RoomDocument {
  _id: ObjectId;
  type: RoomType;
  lastSeq: number;
}

interface MembershipDocument {
  roomId: ObjectId;
  userId: ObjectId;
  /** The room's head when the person came. Missing: 0. */
  joinedSeq?: number;
}

/** A room as the worker needs it. `lastSeq` is as old as the read that brought it. */
export interface RoomFacts {
  type: RoomType;
  lastSeq: number;
}

/** Reads rooms and memberships. The message service is their only writer. */
export function createRoomsRepository(connection: Connection) {
  const rooms = connection.collection<RoomDocument>('rooms');
  const memberships = connection.collection<MembershipDocument>('memberships');

  return {
    /** Rooms by id, unknown ones absent. One query. */
    async findRooms(roomIds: string[]): Promise<Map<string, RoomFacts>> {
      if (roomIds.length === 0) return new Map();
      const found = await rooms
        .find({ _id: { $in: roomIds.map(toObjectId) } }, { projection: { type: 1, lastSeq: 1 } })
        .toArray();
      return new Map(found.map(({ _id, type, lastSeq }) => [_id.toHexString(), { type, lastSeq }]));
    },

    /** The members of each of these rooms, in no order; a room without members is absent. One query. */
    async listMembers(roomIds: string[]): Promise<Map<string, string[]>> {
      if (roomIds.length === 0) return new Map();
      const found = await memberships
        .find({ roomId: { $in: roomIds.map(toObjectId) } }, { projection: { _id: 0, roomId: 1, userId: 1 } })
        .toArray();
      const members = new Map<string, string[]>();
      for (const { roomId, userId } of found) {
        const id = roomId.toHexString();
        const list = members.get(id);
        if (list) list.push(userId.toHexString());
        else members.set(id, [userId.toHexString()]);
      }
      return members;
    },

    /** Up to where a member has nothing unread because they came later; null for somebody who is no member. */
    async findJoinedSeq(roomId: string, userId: string): Promise<number | null> {
      const filter = { roomId: toObjectId(roomId), userId: toObjectId(userId) };
      const found = await memberships.findOne(filter, { projection: { _id: 0, joinedSeq: 1 } });
      return found && (found.joinedSeq ?? 0);
    },
  };
}

export type RoomsRepository = ReturnType<typeof createRoomsRepository>;
