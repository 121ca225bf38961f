import type { CourseRole } from '@hallway/contracts';
import type { CoursePolicy, FactsReader, OwnFacts } from '@hallway/policy';

export interface CrowdSize {
  people: number;
  courses: number;
  coursesPerPerson: number;
}

const nextRandom = (seed: number) => (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;

/**
 * A university in memory, the same for the same seed: of twenty people sixteen are students, two parents of students, one an
 * instructor, and one an instructor with a role more. Read as the database is, a copy for each read.
 */
export function makeCrowd({ people, courses, coursesPerPerson }: CrowdSize, seed: number) {
  let state = seed;
  const below = (limit: number) => {
    state = nextRandom(state);
    return Math.floor((state / 2 ** 32) * limit);
  };
  const stored = new Map<string, OwnFacts>();
  for (let index = 0; index < people; index += 1) {
    stored.set(personId(index), makePerson(index, { below, people, courses, coursesPerPerson }));
  }
  const reader: FactsReader = {
    readPeople: async (ids) => pick(ids, (id) => structuredClone(stored.get(id))),
    readCourses: async (ids) =>
      pick(ids, (courseId): CoursePolicy => ({ courseId, concludesAt: Date.now(), settings: {} })),
  };
  return { reader, below, personId };
}

const personId = (index: number) => index.toString(16).padStart(24, '0');

function pick<T>(ids: string[], find: (id: string) => T | undefined): Map<string, T> {
  const found = new Map<string, T>();
  for (const id of ids) {
    const value = find(id);
    if (value !== undefined) found.set(id, value);
  }
  return found;
}

type Makings = CrowdSize & { below: (limit: number) => number };

function makePerson(index: number, { below, people, courses, coursesPerPerson }: Makings): OwnFacts {
  const kind = index % 20;
  const isParent = kind === 16 || kind === 17;
  const teaches = kind >= 18;
  const courseRole: CourseRole = teaches ? 'instructor' : 'student';
  const taken = new Set(Array.from({ length: isParent ? 0 : coursesPerPerson }, () => below(courses)));
  const children = Array.from({ length: isParent ? 2 : 0 }, () => below(people / 20) * 20 + below(16));
  const role = isParent ? 'parent' : teaches ? 'instructor' : 'student';
  return {
    id: personId(index),
    role,
    roles: kind === 19 ? [role, 'parent'] : [role],
    active: true,
    safetyStaff: false,
    enrolments: [...taken].map((course) => ({ courseId: `c${course}`, role: courseRole })),
    guardianships: children.map((child) => ({ childId: personId(child), mayMessage: true, endsAt: null })),
    blockedIds: new Set(index % 10 === 0 ? [personId(below(people))] : []),
  };
}
