import type { CourseRole, PublicUser, Role } from '@hallway/contracts';
import type { Connection } from 'mongoose';
import {
  type CourseRecord,
  type CourseSettings,
  type EnrolmentRecord,
  inForceAt,
  openSchoolRecords,
  rolesOf,
  stillEnrolled,
  toObjectIds,
  toPublicUser,
} from './school-records.ts';

export interface CourseFacts {
  id: string;
  code: string;
  title: string;
  term: string;
}

export interface CourseRules {
  concludesAt: Date | null;
  settings: CourseSettings;
}

export interface CourseMember {
  userId: string;
  role: CourseRole;
  sectionIds: string[];
}

const publicFields = { username: 1, name: 1, role: 1 } as const;

/**
 * Look-ups of people and courses for services that do not own them. Has no way to write, and decides nothing about who may
 * see what: that is the caller's part. An id of the wrong form finds nothing.
 */
export function createDirectoryReader(connection: Connection) {
  const { users, courses, enrolments, guardianships } = openSchoolRecords(connection);

  /** Courses by id, unknown ones absent. One query. */
  async function findCourses(courseIds: string[]): Promise<Map<string, CourseFacts>> {
    const found = await courses.find({ _id: { $in: toObjectIds(courseIds) } }).toArray();
    return new Map(found.map((course) => [course._id.toHexString(), toCourseFacts(course)]));
  }

  return {
    findCourses,

    /** When courses end and what they decide for themselves, by id, unknown ones absent. One query. */
    async findCourseRules(courseIds: string[]): Promise<Map<string, CourseRules>> {
      const projection = { concludesAt: 1, settings: 1 };
      const found = await courses.find({ _id: { $in: toObjectIds(courseIds) } }, { projection }).toArray();
      return new Map(found.map((course) => [course._id.toHexString(), toCourseRules(course)]));
    },

    /** People by id, deactivated ones too, unknown ones absent. One query. */
    async findPublicUsers(userIds: string[]): Promise<Map<string, PublicUser>> {
      const ids = toObjectIds(userIds);
      if (ids.length === 0) return new Map();
      const found = await users.find({ _id: { $in: ids } }, { projection: publicFields }).toArray();
      return new Map(found.map((user) => [user._id.toHexString(), toPublicUser(user)]));
    },

    async findUser(userId: string): Promise<(PublicUser & { roles: Role[]; active: boolean }) | null> {
      const [id] = toObjectIds([userId]);
      const user = id && (await users.findOne({ _id: id }, { projection: { ...publicFields, roles: 1, active: 1 } }));
      return user ? { ...toPublicUser(user), roles: rolesOf(user), active: user.active } : null;
    },

    async findCourse(courseId: string): Promise<CourseFacts | null> {
      return (await findCourses([courseId])).get(courseId) ?? null;
    },

    /** Who belongs to a course at present and as what, in no order. As many as the course has. */
    async listCourseMembers(courseId: string): Promise<CourseMember[]> {
      const [id] = toObjectIds([courseId]);
      const members = id ? await enrolments.find({ courseId: id, ...stillEnrolled }).toArray() : [];
      return members.map(toCourseMember);
    },

    /** The courses to which a person belongs at present and what they are in each, by code. */
    async coursesOf(userId: string): Promise<(CourseFacts & { myRole: CourseRole })[]> {
      const [id] = toObjectIds([userId]);
      const mine = id ? await enrolments.find({ userId: id, ...stillEnrolled }).toArray() : [];
      const facts = await findCourses(mine.map(({ courseId }) => courseId.toHexString()));
      return mine
        .flatMap(({ courseId, role }) => {
          const course = facts.get(courseId.toHexString());
          return course ? [{ ...course, myRole: role }] : [];
        })
        .sort((a, b) => a.code.localeCompare(b.code));
    },

    /** Ids of the children whose guardian somebody is now, with or without the right to write because of them. */
    async childrenOf(userId: string): Promise<string[]> {
      const [id] = toObjectIds([userId]);
      const found = id ? await guardianships.find({ parentId: id, ...inForceAt(new Date()) }).toArray() : [];
      return found.map(({ childId }) => childId.toHexString());
    },
  };
}

export type DirectoryReader = ReturnType<typeof createDirectoryReader>;

function toCourseFacts({ _id, code, title, term }: CourseRecord): CourseFacts {
  return { id: _id.toHexString(), code, title, term };
}

function toCourseRules({ concludesAt = null, settings = {} }: CourseRecord): CourseRules {
  return { concludesAt, settings };
}

function toCourseMember({ userId, role, sectionIds = [] }: EnrolmentRecord): CourseMember {
  return { userId: userId.toHexString(), role, sectionIds: sectionIds.map((id) => id.toHexString()) };
}
