import { AppError, createBoundedCache } from '@hallway/platform';
import type { FindPeopleFacts } from '../policy/people-facts.ts';
import type { AccessibleRoom, RoomIdentity } from './accessible-room.ts';
import type { Membership, MembershipsRepository } from './memberships.repository.ts';
import { isRoomOfCourse, isStillLetIn } from './room-rules.ts';
import type { RoomsRepository } from './rooms.repository.ts';

export interface RoomAccessDeps {
  rooms: RoomsRepository;
  memberships: MembershipsRepository;
  findPeopleFacts: FindPeopleFacts;
}

// About 300 bytes each.
const rememberedRooms = 50_000;

/**
 * The only way to a room: a person gets the rooms of which they are a member, and for all others the same NOT_FOUND,
 * whether they exist or not. `findRoomsOf` answers the accessible ones among many and leaves the rest out.
 */
export function createRoomAccess({ rooms, memberships, findPeopleFacts }: RoomAccessDeps) {
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
    return toAccessible(known, memberOf, userId);
  }

  async function toAccessible(
    known: Map<string, RoomIdentity>,
    memberOf: Map<string, Membership>,
    userId: string,
  ): Promise<Map<string, AccessibleRoom>> {
    const accessible = new Map<string, AccessibleRoom>();
    for (const room of known.values()) {
      const membership = membershipIn(room, memberOf);
      if (isOf(room, userId, membership)) accessible.set(room.id, { ...room, membership });
    }
    return keepLetIn(accessible, userId, findPeopleFacts);
  }

  return {
    findRooms,
    findRoomsOf,
    /** The rooms of a person, at most `limit`. */
    async listRoomsOf(userId: string, limit: number): Promise<Map<string, AccessibleRoom>> {
      const memberOf = await memberships.listMembershipsOf(userId, limit);
      return toAccessible(await findRooms([...memberOf.keys()]), memberOf, userId);
    },
    /** Such as a room that was deleted here. */
    forgetRoom(roomId: string): void {
      cache.delete(roomId);
    },
    async accessRoom(roomId: string, userId: string): Promise<AccessibleRoom> {
      const room = (await findRoomsOf(userId, [roomId])).get(roomId);
      if (!room) throw new AppError({ code: 'NOT_FOUND', internal: `room ${roomId} has no member ${userId}` });
      return room;
    },
  };
}

export type RoomAccess = ReturnType<typeof createRoomAccess>;

/** Of a direct room its people are told by the room itself. */
function membershipIn(room: RoomIdentity, memberOf: Map<string, Membership>): Membership | null {
  return room.directIds === null ? (memberOf.get(room.id) ?? null) : null;
}

function isOf({ isDeleted, directIds }: RoomIdentity, userId: string, membership: Membership | null): boolean {
  return !isDeleted && (membership !== null || directIds?.includes(userId) === true);
}

/** Without the rooms of a course to which the person belongs no longer. Asks nothing where there are none. */
async function keepLetIn(found: Map<string, AccessibleRoom>, userId: string, findPeopleFacts: FindPeopleFacts) {
  const mayBeClosed = ({ membership, ...room }: AccessibleRoom) =>
    membership !== null && isRoomOfCourse(room) && membership.source === 'manual' && !membership.guest;
  if (![...found.values()].some(mayBeClosed)) return found;
  const person = (await findPeopleFacts([userId])).get(userId);
  return new Map(
    [...found].filter(([, room]) => room.membership === null || isStillLetIn(room, room.membership, person)),
  );
}
