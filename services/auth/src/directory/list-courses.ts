import type { CoursesAnswer } from '@hallway/contracts';
import type { DirectoryReader } from '@hallway/policy';
import { type PageQuery, toPage } from '../page.ts';
import type { CoursesRepository } from './courses.repository.ts';

/** Lists the courses to which somebody belongs, by code. Four queries, whatever their number. */
export function createListCourses({ directory, courses }: { directory: DirectoryReader; courses: CoursesRepository }) {
  return async function listCourses(callerId: string, query: PageQuery): Promise<CoursesAnswer> {
    const mine = await directory.coursesOf(callerId);
    const keyed = mine.map((course) => ({ course, key: `${course.code}\n${course.id}` }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
    const { page, nextCursor } = toPage(keyed, ({ key }) => key, query);
    const ids = page.map(({ course }) => course.id);
    const [instructors, students] = await Promise.all([courses.listInstructors(ids), courses.countStudents(ids)]);
    return {
      courses: page.map(({ course }) => ({
        ...course,
        instructors: instructors.get(course.id) ?? [],
        studentCount: students.get(course.id) ?? 0,
      })),
      nextCursor,
    };
  };
}

export type ListCourses = ReturnType<typeof createListCourses>;
