import type { CourseRole, PublicUser } from '@hallway/contracts';
import type { Connection } from 'mongoose';
import { type CourseRecord, openSchoolRecords, toObjectIds, toPublicUser } from './school-records.ts';

export interface CourseFacts {
  id: string;
  code: string;
  title: string;
  term: string;
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

    /** People by id, deactivated ones too, unknown ones absent. One query. */
    async findPublicUsers(userIds: string[]): Promise<Map<string, PublicUser>> {
      const ids = toObjectIds(userIds);
      if (ids.length === 0) return new Map();
      const found = await users.find({ _id: { $in: ids } }, { projection: publicFields }).toArray();
      return new Map(found.map((user) => [user._id.toHexString(), toPublicUser(user)]));
    },

    async findUser(userId: string): Promise<(PublicUser & { active: boolean }) | null> {
      const [id] = toObjectIds([userId]);
      const user = id && (await users.findOne({ _id: id }, { projection: { ...publicFields, active: 1 } }));
      return user ? { ...toPublicUser(user), active: user.active } : null;
    },

    async findCourse(courseId: string): Promise<CourseFacts | null> {
      return (await findCourses([courseId])).get(courseId) ?? null;
    },

    /** Who belongs to a course and as what, in no order. As many as the course has. */
    async listCourseMembers(courseId: string): Promise<{ userId: string; role: CourseRole }[]> {
      const [id] = toObjectIds([courseId]);
      const members = id ? await enrolments.find({ courseId: id }).toArray() : [];
      return members.map(({ userId, role }) => ({ userId: userId.toHexString(), role }));
    },

    /** The courses of a person and what they are in each, by code. */
    async coursesOf(userId: string): Promise<(CourseFacts & { myRole: CourseRole })[]> {
      const [id] = toObjectIds([userId]);
      const mine = id ? await enrolments.find({ userId: id }).toArray() : [];
      const facts = await findCourses(mine.map(({ courseId }) => courseId.toHexString()));
      return mine
        .flatMap(({ courseId, role }) => {
          const course = facts.get(courseId.toHexString());
          return course ? [{ ...course, myRole: role }] : [];
        })
        .sort((a, b) => a.code.localeCompare(b.code));
    },

    /** Ids of the children of a person. */
    async childrenOf(userId: string): Promise<string[]> {
      const [id] = toObjectIds([userId]);
      const found = id ? await guardianships.find({ parentId: id }).toArray() : [];
      return found.map(({ childId }) => childId.toHexString());
    },
  };
}

export type DirectoryReader = ReturnType<typeof createDirectoryReader>;

function toCourseFacts({ _id, code, title, term }: CourseRecord): CourseFacts {
  return { id: _id.toHexString(), code, title, term };
}
