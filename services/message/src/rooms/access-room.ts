import { AppError } from '@hallway/platform';
import { createBoundedCache } from '../bounded-cache.ts';
import type { MembershipsRepository } from './memberships.repository.ts';
import type { Room, RoomsRepository } from './rooms.repository.ts';

/** What of a room never changes, or not without an event: everything but its head. */
export type RoomIdentity = Omit<Room, 'lastSeq' | 'lastMessageAt'>;

export interface RoomAccessDeps {
  rooms: RoomsRepository;
  memberships: MembershipsRepository;
}

// About 300 bytes each.
const rememberedRooms = 50_000;

/**
 * The only way to a room: a person gets the rooms of which they are a member, and for all others the same NOT_FOUND,
 * whether they exist or not. `findRoomsOf` answers the accessible ones among many and leaves the rest out.
 */
export function createRoomAccess({ rooms, memberships }: RoomAccessDeps) {
  const cache = createBoundedCache<string, RoomIdentity>(rememberedRooms);

  /** Without asking who wants them: for what the service itself has to know of rooms. */
  async function findRooms(ids: string[]): Promise<Map<string, RoomIdentity>> {
    const known = new Map<string, RoomIdentity>();
    for (const id of ids) {
      const room = cache.get(id);
      if (room) known.set(id, room);
    }
    const missing = [...new Set(ids)].filter((id) => !known.has(id));
    for (const [id, room] of await rooms.findRooms(missing)) {
      cache.set(id, room);
      known.set(id, room);
    }
    return known;
  }

  async function findRoomsOf(userId: string, ids: string[]): Promise<Map<string, RoomIdentity>> {
    const known = await findRooms(ids);
    const ofMany = [...known.values()].filter((room) => room.directIds === null).map((room) => room.id);
    const memberOf = await memberships.findMemberships(userId, ofMany);
    const accessible = new Map<string, RoomIdentity>();
    for (const [id, room] of known) {
      if (room.directIds?.includes(userId) || memberOf.has(id)) accessible.set(id, room);
    }
    return accessible;
  }

  return {
    findRooms,
    findRoomsOf,
    async accessRoom(roomId: string, userId: string): Promise<RoomIdentity> {
      const room = (await findRoomsOf(userId, [roomId])).get(roomId);
      if (!room) throw new AppError({ code: 'NOT_FOUND', internal: `room ${roomId} has no member ${userId}` });
      return room;
    },
  };
}

export type RoomAccess = ReturnType<typeof createRoomAccess>;
