import { AppError } from '@hallway/platform';
import type { FindEndedCourses } from '../courses/course-endings.ts';
import type { FindPeopleFacts } from '../policy/people-facts.ts';
import type { RoomAccess } from './access-room.ts';
import { mayManage, type Standing } from './room-rules.ts';

export interface FindStandingDeps {
  access: RoomAccess;
  findPeopleFacts: FindPeopleFacts;
  findEndedCourses: FindEndedCourses;
}

/** What a person is in a room of theirs. Throws NOT_FOUND where it is none of theirs, SESSION_ENDED for a closed account. */
export function createFindStanding({ access, findPeopleFacts, findEndedCourses }: FindStandingDeps) {
  return async function findStanding(roomId: string, userId: string): Promise<Standing> {
    const room = await access.accessRoom(roomId, userId);
    const [people, ended] = await Promise.all([findPeopleFacts([userId]), findEndedCourses([room.courseId])]);
    const person = people.get(userId);
    if (!person) throw new AppError({ code: 'NOT_FOUND', internal: 'the caller does not exist' });
    if (!person.active) throw new AppError({ code: 'SESSION_ENDED', internal: 'the caller is deactivated' });
    return { room, person, isReadOnly: room.directIds === null && ended.has(room.courseId ?? '') };
  };
}

export type FindStanding = ReturnType<typeof createFindStanding>;

/** The same for what only those may do who manage the room: FORBIDDEN for its other members. */
export function createAccessManagedRoom(findStanding: FindStanding) {
  return async function accessManagedRoom(roomId: string, userId: string): Promise<Standing> {
    const standing = await findStanding(roomId, userId);
    if (!mayManage(standing))
      throw new AppError({ code: 'FORBIDDEN', internal: 'the caller does not manage the room' });
    return standing;
  };
}

export type AccessManagedRoom = ReturnType<typeof createAccessManagedRoom>;
