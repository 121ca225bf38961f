import type { FindPeopleFacts } from '../policy/people-facts.ts';
import type { Membership, MembershipsRepository } from './memberships.repository.ts';
import { isRoomOfCourse, isStaffOfCourse, mayOwn } from './room-rules.ts';
import type { Room, RoomsRepository } from './rooms.repository.ts';

export interface KeepOwnerDeps {
  rooms: RoomsRepository;
  memberships: MembershipsRepository;
  findPeopleFacts: FindPeopleFacts;
}

// Those among whom the next owner is looked for: the course's staff are few, and people of a group come early or late.
const lookedAt = 500;

/**
 * Gives a room whose last owner has gone another one: in a group whoever has been there longest, in a room of a course whoever
 * of its staff has. There an owner who teaches the course no longer hands it on too, and is a member then. A room of a course
 * without staff waits. Idempotent.
 */
export function createKeepOwner({ rooms, memberships, findPeopleFacts }: KeepOwnerDeps) {
  /** Owners who are none any more; null where somebody owns the room for good reason. */
  async function findFormerOwners(room: Room): Promise<string[] | null> {
    const ownerIds = await memberships.listOwnerIds(room.id);
    if (ownerIds.length > 0 && !isRoomOfCourse(room)) return null;
    const people = await findPeopleFacts(ownerIds);
    const isOwner = (userId: string) => {
      const person = people.get(userId);
      return person !== undefined && mayOwn(room, person);
    };
    return ownerIds.some(isOwner) ? null : ownerIds;
  }

  async function findHeir(room: Room): Promise<Membership | undefined> {
    const roomId = room.id;
    const members = await memberships.listMembers(roomId, { limit: lookedAt });
    const people = await findPeopleFacts(members.map(({ userId }) => userId));
    const heirs = members.filter(({ userId }) => {
      const person = people.get(userId);
      if (!person?.active) return false;
      return room.type === 'group' || (room.courseId !== null && isStaffOfCourse(person, room.courseId));
    });
    return heirs.sort((a, b) => a.joinedAt.getTime() - b.joinedAt.getTime())[0];
  }

  return async function keepOwner(roomId: string): Promise<void> {
    const room = (await rooms.findRooms([roomId])).get(roomId);
    if (!room) return;
    const former = await findFormerOwners(room);
    const heir = former && (await findHeir(room));
    if (!heir) return;
    await memberships.setRole(roomId, heir.userId, 'owner');
    for (const userId of former) await memberships.setRole(roomId, userId, 'member');
  };
}

export type KeepOwner = ReturnType<typeof createKeepOwner>;
