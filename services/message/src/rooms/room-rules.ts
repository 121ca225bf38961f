import type { RoomMessage } from '@hallway/contracts';
import { AppError } from '@hallway/platform';
import { isStaff, type PersonFacts } from '@hallway/policy';
import type { AccessibleRoom } from './accessible-room.ts';
import type { Membership } from './memberships.repository.ts';

/** Somebody in a room of theirs. */
export interface Standing {
  room: AccessibleRoom;
  person: PersonFacts;
  /** The room's course ended so long ago that it can only be read. */
  isReadOnly: boolean;
}

/**
 * Owners, and administrators who are members, manage the people and the title of a room of many. A room of a course belongs to
 * those who teach it: an owner who does so no longer manages nothing there. Nobody manages a direct room.
 */
export function mayManage({ room, person }: Pick<Standing, 'room' | 'person'>): boolean {
  if (room.membership === null || room.directIds !== null) return false;
  if (isAdmin(person)) return true;
  return room.membership.role === 'owner' && mayOwn(room, person);
}

/** Whether being the owner of such a room means anything for this person. */
export function mayOwn(room: Pick<AccessibleRoom, 'type' | 'courseId'>, person: PersonFacts): boolean {
  return room.type === 'group' || isAdmin(person) || isStaffOfRoom(room, person);
}

/**
 * Whether somebody whom the memberships name is still let in. Rooms of a course that were made with a list of people are for
 * those who belong to the course at present, for administrators, and for guests whom its staff brought in. What an enrolment
 * put there ends with it by itself.
 */
export function isStillLetIn(
  room: Pick<AccessibleRoom, 'type' | 'courseId'>,
  membership: Pick<Membership, 'source' | 'guest'>,
  person: PersonFacts | undefined,
): boolean {
  if (!isRoomOfCourse(room) || membership.guest || membership.source === 'audience') return true;
  return person !== undefined && (isAdmin(person) || roleIn(person, room.courseId) !== undefined);
}

/** A room that depends on who belongs to a course. Of groups and direct rooms the course is only remembered. */
export function isRoomOfCourse<T extends Pick<AccessibleRoom, 'type' | 'courseId'>>(
  room: T,
): room is T & { courseId: string } {
  return room.courseId !== null && (room.type === 'course' || room.type === 'announcement');
}

/** Who manages a room moderates it, and so do the staff of its course. */
export function mayModerate(standing: Pick<Standing, 'room' | 'person'>): boolean {
  const { room, person } = standing;
  if (room.membership === null || room.directIds !== null) return false;
  return mayManage(standing) || isStaffOfRoom(room, person);
}

/**
 * Why somebody may not write in a room of many, or null when they may. In direct rooms the policy of the pair decides, and
 * this answers null. An observer of a course looks on.
 */
export function findWriteRefusal({ room, person, isReadOnly }: Standing): AppError | null {
  if (room.directIds !== null) return null;
  if (isReadOnly)
    return refuse('READ_ONLY', 'This course has ended: its rooms can be read, and nothing more is written.');
  if (mayModerate({ room, person })) return null;
  if (room.type === 'announcement') return refuse('NOT_A_WRITER', 'Only its owners and staff write here.');
  const observes = room.courseId !== null && roleIn(person, room.courseId) === 'observer';
  return observes && room.type === 'course' ? refuse('NOT_A_WRITER', 'Observers of a course read its room.') : null;
}

export type ChangeKind = 'edit' | 'delete';

/**
 * Why somebody may not change a message, or null when they may. The author edits and deletes, moderators delete. What may not
 * be written any more may not be edited either; it may be deleted, but in a room that can only be read by moderators alone.
 */
export function findChangeRefusal(
  standing: Standing,
  change: ChangeKind,
  message: Pick<RoomMessage, 'senderId'>,
): AppError | null {
  const isAuthor = message.senderId === standing.person.id;
  const moderates = mayModerate(standing);
  if (change === 'edit') return isAuthor ? findWriteRefusal(standing) : forbidden('somebody else wrote the message');
  if (moderates) return null;
  if (!isAuthor) return forbidden('neither the author nor a moderator');
  return standing.isReadOnly ? findWriteRefusal(standing) : null;
}

export function isAdmin(person: PersonFacts): boolean {
  return person.active && person.roles.includes('admin');
}

export function isStaffOfCourse(person: PersonFacts, courseId: string): boolean {
  const role = roleIn(person, courseId);
  return person.active && role !== undefined && isStaff(role);
}

/** Where a room belongs to no course, those who teach at the institution are its staff. */
function isStaffOfRoom(room: Pick<AccessibleRoom, 'type' | 'courseId'>, person: PersonFacts): boolean {
  if (room.type === 'group') return false;
  if (room.courseId !== null) return isStaffOfCourse(person, room.courseId);
  return person.active && person.roles.includes('instructor');
}

function roleIn(person: PersonFacts, courseId: string) {
  return person.courses.find((course) => course.courseId === courseId)?.role;
}

function refuse(reason: 'READ_ONLY' | 'NOT_A_WRITER', message: string): AppError {
  return new AppError({
    code: 'MESSAGING_NOT_ALLOWED',
    message,
    details: { reason },
    internal: `the room says ${reason}`,
  });
}

function forbidden(internal: string): AppError {
  return new AppError({ code: 'FORBIDDEN', internal });
}
