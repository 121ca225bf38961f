import type { CourseRole } from '@hallway/contracts';
import { strongestRole } from './map-roles.ts';
import type { MembershipRow, Offering } from './offering.ts';
import type { RosterFaults } from './roster-faults.ts';
import type { ClassRow, CourseRow, RosterRows, SessionRow } from './roster-rows.ts';
import { createStagedFamilies, type StagedFamilies } from './staged-families.ts';
import { createStagedPeople, type StagedPeople } from './staged-people.ts';

/** What a roster makes of Hallway's directory, by the roster's own ids. */
export interface School {
  sessions: SessionRow[];
  offerings: Map<string, Offering>;
  people: StagedPeople;
  families: StagedFamilies;
}

export interface Membership {
  role: CourseRole;
  /** The classes, in the order of the roster's ids. */
  classIds: string[];
  rows: MembershipRow[];
}

/** Rows that name something that is not there are left out; whether that is a fault was checked before. */
export function toSchool(rows: RosterRows, faults: RosterFaults): School {
  const people = createStagedPeople(rows.staging);
  const offerings = toOfferings(rows);
  const used = new Set([...offerings.values()].map(({ session }) => session));
  return { sessions: [...used], offerings, people, families: createStagedFamilies(rows.staging, people, faults) };
}

function toOfferings(rows: RosterRows): Map<string, Offering> {
  const offerings = new Map<string, Offering>();
  for (const row of rows.classes.values()) {
    const course = rows.courses.get(row.courseId);
    const session = course && sessionOf(row, course, rows.academicSessions);
    if (!course || !session) continue;
    const sourcedId = offeringId(course.sourcedId, session.sourcedId);
    const offering = offerings.get(sourcedId) ?? { sourcedId, course, session, sections: [] };
    offering.sections.push(row);
    offerings.set(sourcedId, offering);
  }
  return offerings;
}

/** Both ids may hold any character; encoded, neither can hold the sign between them. */
export function offeringId(courseId: string, sessionId: string): string {
  return `${encodeURIComponent(courseId)}@${encodeURIComponent(sessionId)}`;
}

/** Of several terms the one that ends last, as access ends with it: a class of the whole year ends with the year. */
function sessionOf(row: ClassRow, course: CourseRow, sessions: Map<string, SessionRow>): SessionRow | null {
  const ids = row.termIds.length > 0 ? row.termIds : [course.schoolYearId ?? ''];
  const found = ids.flatMap((id) => sessions.get(id) ?? []);
  found.sort((a, b) => b.endsAt.getTime() - a.endsAt.getTime() || (a.sourcedId < b.sourcedId ? -1 : 1));
  return found[0] ?? null;
}

/** What somebody is in a course, of whom there is at least one row. Several classes are one membership. */
export function toMembership(rows: readonly MembershipRow[]): Membership {
  const sorted = [...rows].sort((a, b) => (a.sourcedId < b.sourcedId ? -1 : 1));
  const classIds = [...new Set(sorted.map(({ classId }) => classId))].sort();
  return { role: strongestRole(sorted.map(({ role }) => role)), classIds, rows: sorted };
}
