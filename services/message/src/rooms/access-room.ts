import { AppError, createBoundedCache } from '@hallway/platform';
import type { Membership, MembershipsRepository } from './memberships.repository.ts';
import type { Room, RoomsRepository } from './rooms.repository.ts';

/** What of a room never changes, so that it may be remembered for ever. */
export type RoomIdentity = Omit<Room, 'title' | 'memberCount' | 'lastSeq' | 'lastMessageAt' | 'lastChangeAt'>;

/** A room of many with the membership of whoever asked for it; null in direct rooms. */
export interface AccessibleRoom extends RoomIdentity {
  membership: Membership | null;
}

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

  async function findRoomsOf(userId: string, ids: string[]): Promise<Map<string, AccessibleRoom>> {
    const known = await findRooms(ids);
    const ofMany = [...known.values()].filter((room) => room.directIds === null).map((room) => room.id);
    const memberOf = await memberships.findMemberships(userId, ofMany);
    const accessible = new Map<string, AccessibleRoom>();
    for (const [id, room] of known) {
      const membership = memberOf.get(id) ?? null;
      if (room.directIds?.includes(userId) || membership) accessible.set(id, { ...room, membership });
    }
    return accessible;
  }

  return {
    findRooms,
    findRoomsOf,
    async accessRoom(roomId: string, userId: string): Promise<AccessibleRoom> {
      const room = (await findRoomsOf(userId, [roomId])).get(roomId);
      if (!room) throw new AppError({ code: 'NOT_FOUND', internal: `room ${roomId} has no member ${userId}` });
      return room;
    },
  };
}

export type RoomAccess = ReturnType<typeof createRoomAccess>;

/** Up to where the history of a room is none of this member's business: 0 where they may see all of it. */
export function hiddenUpTo({ historyFrom, membership }: AccessibleRoom): number {
  return historyFrom === 'joined' ? (membership?.joinedSeq ?? 0) : 0;
}
