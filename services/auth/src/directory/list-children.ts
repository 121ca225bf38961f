import type { ChildrenAnswer } from '@hallway/contracts';
import type { DirectoryReader } from '@hallway/policy';
import { type PageQuery, toPage } from '../page.ts';
import type { CoursesRepository } from './courses.repository.ts';

/** Lists the children of somebody with the courses that they take, by name; nobody's for a person without children. */
export function createListChildren({ directory, courses }: { directory: DirectoryReader; courses: CoursesRepository }) {
  return async function listChildren(callerId: string, query: PageQuery): Promise<ChildrenAnswer> {
    const people = await directory.findPublicUsers(await directory.childrenOf(callerId));
    const keyed = [...people.values()].map((child) => ({ child, key: `${child.name}\n${child.id}` }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
    const { page, nextCursor } = toPage(keyed, ({ key }) => key, query);
    const taken = await courses.listCourseIdsOfStudents(page.map(({ child }) => child.id));
    const known = await directory.findCourses([...taken.values()].flat());
    const coursesOf = (childId: string) =>
      (taken.get(childId) ?? [])
        .flatMap((courseId) => known.get(courseId) ?? [])
        .sort((a, b) => a.code.localeCompare(b.code));
    return { children: page.map(({ child }) => ({ ...child, courses: coursesOf(child.id) })), nextCursor };
  };
}

export type ListChildren = ReturnType<typeof createListChildren>;
