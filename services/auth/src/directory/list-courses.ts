import type { CoursesAnswer } from '@hallway/contracts';
import { type DirectoryReader, isStaff } from '@hallway/policy';
import { type PageQuery, toPage } from '../page.ts';
import type { CoursesRepository } from './courses.repository.ts';
import type { SectionsRepository } from './sections.repository.ts';

export interface ListCoursesDeps {
  directory: DirectoryReader;
  courses: CoursesRepository;
  sections: SectionsRepository;
}

/** Lists the courses to which somebody belongs, by code. Five queries, whatever their number. */
export function createListCourses({ directory, courses, sections }: ListCoursesDeps) {
  return async function listCourses(callerId: string, query: PageQuery): Promise<CoursesAnswer> {
    const mine = await directory.coursesOf(callerId);
    const keyed = mine.map((course) => ({ course, key: `${course.code}\n${course.id}` }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
    const { page, nextCursor } = toPage(keyed, ({ key }) => key, query);
    const ids = page.map(({ course }) => course.id);
    const taught = page.flatMap(({ course }) => (isStaff(course.myRole) ? [course.id] : []));
    const [instructors, students, divided] = await Promise.all([
      courses.listInstructors(ids),
      courses.countStudents(ids),
      sections.listOfCourses(taught),
    ]);
    return {
      courses: page.map(({ course }) => ({
        ...course,
        instructors: instructors.get(course.id) ?? [],
        studentCount: students.get(course.id) ?? 0,
        ...toSections(divided.get(course.id)),
      })),
      nextCursor,
    };
  };
}

function toSections(divided: { id: string; title: string }[] | undefined) {
  return divided === undefined ? {} : { sections: divided.map(({ id, title }) => ({ id, title })) };
}

export type ListCourses = ReturnType<typeof createListCourses>;
