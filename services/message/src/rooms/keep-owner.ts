import type { FindPeopleFacts } from '../policy/people-facts.ts';
import type { MembershipsRepository } from './memberships.repository.ts';
import { isStaffOfCourse } from './room-rules.ts';
import type { RoomsRepository } from './rooms.repository.ts';

export interface KeepOwnerDeps {
  rooms: RoomsRepository;
  memberships: MembershipsRepository;
  findPeopleFacts: FindPeopleFacts;
}

// Those among whom the next owner is looked for: the course's staff are few, and people of a group come early or late.
const lookedAt = 500;

/**
 * Gives a room whose last owner has gone another one: in a group whoever has been there longest, in a room of a course whoever
 * of its staff has. A room of a course without staff waits without an owner. Idempotent.
 */
export function createKeepOwner({ rooms, memberships, findPeopleFacts }: KeepOwnerDeps) {
  return async function keepOwner(roomId: string): Promise<void> {
    if ((await memberships.listOwnerIds(roomId)).length > 0) return;
    const room = (await rooms.findRooms([roomId])).get(roomId);
    if (!room) return;
    const members = await memberships.listMembers(roomId, { limit: lookedAt });
    const people = await findPeopleFacts(members.map(({ userId }) => userId));
    const heirs = members.filter(({ userId }) => {
      const person = people.get(userId);
      if (!person?.active) return false;
      return room.type === 'group' || (room.courseId !== null && isStaffOfCourse(person, room.courseId));
    });
    const [heir] = heirs.sort((a, b) => a.joinedAt.getTime() - b.joinedAt.getTime());
    if (heir) await memberships.setRole(roomId, heir.userId, 'owner');
  };
}

export type KeepOwner = ReturnType<typeof createKeepOwner>;
