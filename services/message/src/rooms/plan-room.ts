import type { CreateRoomBody, RoomAudience } from '@hallway/contracts';
import { AppError, validationFailed } from '@hallway/platform';
import type { DirectoryReader, PersonFacts } from '@hallway/policy';
import type { AudienceReader } from '../audiences/audience-reader.ts';
import type { FindEndedCourses } from '../courses/course-endings.ts';
import { checkTitle } from './check-members.ts';
import { isAdmin, isStaffOfCourse } from './room-rules.ts';

export interface PlanRoomDeps {
  directory: Pick<DirectoryReader, 'findCourse'>;
  audienceReader: Pick<AudienceReader, 'isSectionOf'>;
  findEndedCourses: FindEndedCourses;
}

/** What a room is to be, checked but for its people. */
export interface RoomPlan {
  type: CreateRoomBody['type'];
  title: string;
  courseId: string | null;
  audience: RoomAudience | null;
}

/**
 * Whether somebody may make this room, and what it follows. Throws FORBIDDEN where only the staff of the course or an
 * administrator may, the same for a course that does not exist; MESSAGING_NOT_ALLOWED where the course has ended.
 */
export function createPlanRoom({ directory, audienceReader, findEndedCourses }: PlanRoomDeps) {
  async function checkCourse(courseId: string): Promise<void> {
    if (!(await directory.findCourse(courseId))) throw fault('/courseId', 'is no course');
    if (!(await findEndedCourses([courseId])).has(courseId)) return;
    const message = 'This course has ended: no rooms are made for it any more.';
    const details = { reason: 'READ_ONLY' };
    throw new AppError({ code: 'MESSAGING_NOT_ALLOWED', message, details, internal: 'the course has ended' });
  }

  return async function planRoom(maker: PersonFacts, body: CreateRoomBody): Promise<RoomPlan> {
    const { type, courseId = null } = body;
    const title = checkTitle(body.title);
    checkMaker(maker, body);
    if (courseId !== null) await checkCourse(courseId);
    const audience = toAudience(body);
    const { sectionId = null } = audience ?? {};
    if (sectionId !== null && !(await audienceReader.isSectionOf(sectionId, courseId ?? ''))) {
      throw fault('/sectionId', 'is no section of the course');
    }
    return { type, title, courseId, audience };
  };
}

export type PlanRoom = ReturnType<typeof createPlanRoom>;

function checkMaker(maker: PersonFacts, { type, courseId }: CreateRoomBody): void {
  if (isAdmin(maker)) {
    if (type === 'course' && courseId === undefined) throw fault('/courseId', 'is what a course room belongs to');
    return;
  }
  const belongs = courseId === undefined || maker.courses.some((course) => course.courseId === courseId);
  const isStaff = courseId !== undefined && isStaffOfCourse(maker, courseId);
  if (type === 'group' ? belongs : isStaff) return;
  throw new AppError({ code: 'FORBIDDEN', internal: 'neither staff of the course nor an administrator' });
}

/** Without members named, a room of a course is for those who belong to the course. */
function toAudience({ type, courseId, memberIds = [], audience, sectionId }: CreateRoomBody): RoomAudience | null {
  const wanted = audience ?? (sectionId === undefined ? undefined : 'section');
  if (type === 'group' || courseId === undefined) {
    if (wanted !== undefined) throw fault('/audience', 'is for course and announcement rooms of a course');
    return null;
  }
  if ((wanted === 'section') !== (sectionId !== undefined)) throw fault('/sectionId', 'goes with the audience section');
  if (wanted === undefined && memberIds.length > 0) return null;
  return { courseId, sectionId: sectionId ?? null };
}

function fault(path: string, message: string): AppError {
  return validationFailed([{ path, message }]);
}
