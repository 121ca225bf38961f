import type { DirectoryChange } from '@hallway/contracts';
import type { CoursePolicy, Guardianship, PersonFacts } from './person-facts.ts';
import type { FactsReader, OwnFacts } from './read-facts.ts';
import { createRemembered } from './remembered.ts';

export interface PolicyFactsOptions {
  reader: FactsReader;
  /** Milliseconds of a clock that never steps back. */
  now?: () => number;
  maxPeople?: number;
}

// About 1 KB a person of six courses: 50 MB for everybody of a large university who is awake.
const rememberedPeople = 50_000;
const rememberedCourses = 20_000;

/**
 * Access ends within six seconds whatever is away. What was read, or what no poll has found changed, is trusted for half a
 * second less; a poll every four seconds keeps it trusted, and where polls fail the database is asked.
 */
const trustedForMs = 5500;

/**
 * The facts of people, from memory where they can be trusted. Subscribe them to the
 * directory (`createDirectoryWatch`); without it they are at most `trustedForMs` old.
 */
export function createPolicyFacts({
  reader,
  now = () => performance.now(),
  maxPeople = rememberedPeople,
}: PolicyFactsOptions) {
  let confirmedAt = Number.NEGATIVE_INFINITY;
  const isTrusted = (readAt: number) => now() - Math.max(readAt, confirmedAt) < trustedForMs;
  const people = createRemembered({ read: reader.readPeople, maxEntries: maxPeople, isTrusted, now });
  const courses = createRemembered({ read: reader.readCourses, maxEntries: rememberedCourses, isTrusted, now });

  function forgetAll(): void {
    people.forgetAll();
    courses.forgetAll();
  }

  function applyChange({ kind, personIds, courseIds }: DirectoryChange): void {
    // Whose enrolments changed is not said: it may be anybody's.
    const unknownPeople = kind !== 'course' && personIds.length === 0;
    if (unknownPeople) forgetAll();
    people.forget(personIds);
    courses.forget(courseIds);
  }

  return {
    /**
     * Facts by id; nobody's ids are absent. `fresh` reads all of it now, for doors where a wrong refusal would be noticed.
     * At most nine queries, however many people, and none when everything is remembered.
     */
    async factsOf(userIds: string[], { fresh = false } = {}): Promise<Map<string, PersonFacts>> {
      const own = await people.find(userIds, fresh);
      const children = await people.find(childIdsOf(own), fresh);
      const found = await courses.find(courseIdsOf(own, children), fresh);
      const facts = new Map<string, PersonFacts>();
      for (const [id, person] of own) facts.set(id, compose(person, children, found));
      return facts;
    },
    onChanges(changes: DirectoryChange[]): void {
      for (const change of changes) applyChange(change);
    },
    onGap: forgetAll,
    /** Every change that was written before this time of the clock has been told. */
    onConfirmed(at: number): void {
      confirmedAt = Math.max(confirmedAt, at);
    },
  };
}

export type PolicyFacts = ReturnType<typeof createPolicyFacts>;

function childIdsOf(people: Map<string, OwnFacts>): string[] {
  const ids: string[] = [];
  for (const { guardianships } of people.values()) for (const { childId } of guardianships) ids.push(childId);
  return ids;
}

function courseIdsOf(own: Map<string, OwnFacts>, children: Map<string, OwnFacts>): Set<string> {
  const ids = new Set<string>();
  for (const people of [own, children]) {
    for (const { enrolments } of people.values()) for (const { courseId } of enrolments) ids.add(courseId);
  }
  return ids;
}

function compose(person: OwnFacts, children: Map<string, OwnFacts>, courses: Map<string, CoursePolicy>): PersonFacts {
  const { enrolments, guardianships, ...own } = person;
  return {
    ...own,
    courses: enrolments.flatMap(({ courseId, role }) => {
      const course = courses.get(courseId);
      return course ? [{ ...course, role }] : [];
    }),
    children: guardianships.map((one): Guardianship => {
      const taken = children.get(one.childId)?.enrolments.filter(({ role }) => role === 'student') ?? [];
      return { ...one, courses: taken.flatMap(({ courseId }) => courses.get(courseId) ?? []) };
    }),
  };
}
