import { compareCourse, compareSection, compareTerm, isOver, removeCourse, removeSection } from './compare-courses.ts';
import type { DirectoryIds } from './directory-ids.ts';
import type { Compared } from './in-batches.ts';
import type { RosterCourseRecord, RosterRecords } from './roster-records.ts';
import type { School } from './to-school.ts';

export interface CatalogSearch {
  records: RosterRecords;
  school: School;
  ids: DirectoryIds;
  now: Date;
}

/** Terms, courses and sections are some thousand documents and are read at once. */
export async function* findTermChanges({ records, school, ids, now }: CatalogSearch): AsyncGenerator<Compared> {
  const known = bySourcedId(await records.terms.find({ sourcedId: { $exists: true } }).toArray());
  for (const [sourcedId, term] of known) ids.terms.learn(sourcedId, term._id.toHexString());
  for (const session of school.sessions) {
    const before = known.get(session.sourcedId) ?? null;
    // Terms are never removed, so that none counts for the guard.
    yield { change: compareTerm(session, before, { id: ids.terms.of(session.sourcedId), now }), inForce: false };
  }
}

export async function* findCourseChanges({ records, school, ids, now }: CatalogSearch): AsyncGenerator<Compared> {
  const known = await readCourses(records);
  for (const [sourcedId, course] of known) ids.courses.learn(sourcedId, course._id.toHexString());
  for (const offering of school.offerings.values()) {
    const before = known.get(offering.sourcedId) ?? null;
    const termId = ids.terms.of(offering.session.sourcedId);
    const change = compareCourse(offering, before, { id: ids.courses.of(offering.sourcedId), termId, now });
    yield { change, inForce: before?.roster?.listed ?? false };
  }
  for (const [sourcedId, before] of known) {
    if (school.offerings.has(sourcedId) || isOver(before, now)) continue;
    yield { change: removeCourse(before, now), inForce: before.roster?.listed ?? false };
  }
}

export async function* findSectionChanges({ records, school, ids, now }: CatalogSearch): AsyncGenerator<Compared> {
  const known = bySourcedId(await records.sections.find({ sourcedId: { $exists: true } }).toArray());
  const archived = await findArchivedCourseIds({ records, school, now });
  for (const [sourcedId, section] of known) ids.sections.learn(sourcedId, section._id.toHexString());
  for (const offering of school.offerings.values()) {
    const courseId = ids.courses.of(offering.sourcedId);
    for (const row of offering.sections) {
      const before = known.get(row.sourcedId) ?? null;
      known.delete(row.sourcedId);
      const change = compareSection(row, before, { id: ids.sections.of(row.sourcedId), courseId, now });
      yield { change, inForce: before !== null && !before.endedAt };
    }
  }
  for (const before of known.values()) {
    if (archived.has(before.courseId.toHexString())) continue;
    yield { change: removeSection(before, now), inForce: !before.endedAt };
  }
}

/** Courses that left the roster when they were over already: everything of them stays as it was. */
export async function findArchivedCourseIds({
  records,
  school,
  now,
}: Omit<CatalogSearch, 'ids'>): Promise<Set<string>> {
  const archived = new Set<string>();
  for (const [sourcedId, course] of await readCourses(records)) {
    if (!school.offerings.has(sourcedId) && isOver(course, now)) archived.add(course._id.toHexString());
  }
  return archived;
}

/** Courses that are not in the roster any more, and were not over. */
export async function findDroppedCourses({ records, school, now }: Omit<CatalogSearch, 'ids'>) {
  const known = [...(await readCourses(records)).values()];
  return known.filter((course) => !school.offerings.has(course.sourcedId ?? '') && !isOver(course, now));
}

async function readCourses({ courses }: RosterRecords): Promise<Map<string, RosterCourseRecord>> {
  const known = await courses.find({ sourcedId: { $exists: true } }).toArray();
  return bySourcedId(known.filter(({ roster }) => roster !== undefined));
}

function bySourcedId<T extends { sourcedId?: string }>(documents: T[]): Map<string, T> {
  return new Map(documents.flatMap((document) => (document.sourcedId ? [[document.sourcedId, document]] : [])));
}
