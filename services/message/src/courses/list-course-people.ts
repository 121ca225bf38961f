import type { PresenceReader } from '@hallway/bus';
import type { AccessClaims, CourseStudent } from '@hallway/contracts';
import { AppError, isStoreAway } from '@hallway/platform';
import type { DirectoryReader, PolicySettings } from '@hallway/policy';
import type { DescribeMessages } from '../messages/describe-messages.ts';
import type { MessagesRepository } from '../messages/messages.repository.ts';
import { isReachable } from '../policy/check-pair.ts';
import type { FindPeopleFacts } from '../policy/people-facts.ts';
import type { ReadMarksReader } from '../read-marks/read-marks.reader.ts';
import type { RoomsRepository } from '../rooms/rooms.repository.ts';

export interface CoursePeopleDeps {
  directory: DirectoryReader;
  findPeopleFacts: FindPeopleFacts;
  settings: PolicySettings;
  presence: PresenceReader;
  rooms: RoomsRepository;
  messages: MessagesRepository;
  readMarks: ReadMarksReader;
  describeMessages: DescribeMessages;
}

type Caller = Pick<AccessClaims, 'sub' | 'role'>;

/**
 * The students of a course as one of its members may see them: staff and administrators every one, others those whom the
 * policy lets them write to. To everybody else the course does not exist.
 */
export function createListCoursePeople(deps: CoursePeopleDeps) {
  const { directory } = deps;
  return async function listCoursePeople(caller: Caller, courseId: string) {
    const [course, members] = await Promise.all([
      directory.findCourse(courseId),
      directory.listCourseMembers(courseId),
    ]);
    const myRole = members.find((member) => member.userId === caller.sub)?.role;
    if (!course || !(myRole || caller.role === 'admin')) {
      throw new AppError({ code: 'NOT_FOUND', internal: 'no such course, or not for the caller' });
    }
    const studentIds = members
      .filter(({ role, userId }) => role === 'student' && userId !== caller.sub)
      .map(({ userId }) => userId);
    const seesAll = caller.role === 'admin' || myRole === 'instructor' || myRole === 'ta';
    const visible = seesAll ? studentIds : await keepReachable(deps, caller.sub, studentIds);
    return { course, students: await describeStudents(deps, caller.sub, visible) };
  };
}

export type ListCoursePeople = ReturnType<typeof createListCoursePeople>;

async function keepReachable({ findPeopleFacts, settings }: CoursePeopleDeps, callerId: string, userIds: string[]) {
  const people = await findPeopleFacts([callerId, ...userIds]);
  const caller = people.get(callerId);
  return userIds.filter((userId) => isReachable(caller, people.get(userId), settings));
}

async function describeStudents(deps: CoursePeopleDeps, callerId: string, userIds: string[]): Promise<CourseStudent[]> {
  const [people, rooms, online] = await Promise.all([
    deps.directory.findPublicUsers(userIds),
    deps.rooms.findDirectRooms(callerId, userIds),
    findOnline(deps.presence, userIds),
  ]);
  const list = [...rooms.values()];
  const [newest, marks] = await Promise.all([
    deps.messages.findRanges(
      list.map((room) => ({ roomId: room.id, after: Math.max(0, room.lastSeq - 1), upTo: room.lastSeq })),
    ),
    deps.readMarks.ofPerson(
      callerId,
      list.map((room) => room.id),
    ),
  ]);
  const last = [...newest.values()].flat().filter((message) => !message.isVoid);
  const lastByRoom = new Map((await deps.describeMessages(last)).map((message) => [message.chatRoomId, message]));
  return [...people.values()]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((person) => {
      const room = rooms.get(person.id);
      return {
        ...person,
        online: online.has(person.id),
        chatRoomId: room?.id ?? null,
        lastMessage: (room && lastByRoom.get(room.id)) ?? null,
        unread: room ? Math.max(0, room.lastSeq - (marks.get(room.id) ?? 0)) : 0,
      };
    });
}

/** While Redis is away nobody is known to be online. */
async function findOnline(presence: PresenceReader, userIds: string[]): Promise<Set<string>> {
  return presence.onlineAmong(userIds).catch((error) => {
    if (isStoreAway(error)) return new Set<string>();
    throw error;
  });
}
