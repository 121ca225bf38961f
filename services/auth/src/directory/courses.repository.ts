import type { PublicUser } from '@hallway/contracts';
import { openSchoolRecords, stillEnrolled, toObjectIds, toPublicUser } from '@hallway/policy';
import type { Connection } from 'mongoose';

export function createCoursesRepository(connection: Connection) {
  const { users, enrolments } = openSchoolRecords(connection);

  return {
    /** Active instructors of each course, by name; a course without one is absent. Two queries. */
    async listInstructors(courseIds: string[]): Promise<Map<string, PublicUser[]>> {
      const teaching = { courseId: { $in: toObjectIds(courseIds) }, role: 'instructor', ...stillEnrolled } as const;
      const taught = await enrolments.find(teaching).toArray();
      const ids = toObjectIds(taught.map(({ userId }) => userId.toHexString()));
      const people = await users
        .find({ _id: { $in: ids }, active: true })
        .sort({ nameKey: 1 })
        .toArray();
      const byCourse = new Map<string, PublicUser[]>();
      for (const person of people) {
        for (const { courseId } of taught.filter(({ userId }) => userId.equals(person._id))) {
          const key = courseId.toHexString();
          byCourse.set(key, [...(byCourse.get(key) ?? []), toPublicUser(person)]);
        }
      }
      return byCourse;
    },

    /** How many students each course has; a course without any is absent. One query. */
    async countStudents(courseIds: string[]): Promise<Map<string, number>> {
      const counts = await enrolments
        .aggregate<{ _id: { toHexString(): string }; students: number }>([
          { $match: { courseId: { $in: toObjectIds(courseIds) }, role: 'student', ...stillEnrolled } },
          { $group: { _id: '$courseId', students: { $sum: 1 } } },
        ])
        .toArray();
      return new Map(counts.map(({ _id, students }) => [_id.toHexString(), students]));
    },

    /** The courses that each of these people takes as a student. One query. */
    async listCourseIdsOfStudents(userIds: string[]): Promise<Map<string, string[]>> {
      const studying = { userId: { $in: toObjectIds(userIds) }, role: 'student', ...stillEnrolled } as const;
      const taken = await enrolments.find(studying).toArray();
      const byStudent = new Map<string, string[]>();
      for (const { userId, courseId } of taken) {
        const key = userId.toHexString();
        byStudent.set(key, [...(byStudent.get(key) ?? []), courseId.toHexString()]);
      }
      return byStudent;
    },
  };
}

export type CoursesRepository = ReturnType<typeof createCoursesRepository>;
