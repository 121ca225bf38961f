import type { CourseRole, Role } from '@hallway/contracts';
import { orderRoles, strongestRole } from './map-roles.ts';
import type { RosterFaults } from './roster-faults.ts';
import type { ClassRow, CourseRow, EnrolmentRow, RoleRow, RosterRows, SessionRow, UserRow } from './roster-rows.ts';

/** A course in a term: what Hallway calls a course. Its sections are the classes. */
export interface Offering {
  sourcedId: string;
  course: CourseRow;
  session: SessionRow;
  sections: ClassRow[];
  /** By the user's sourcedId. */
  members: Map<string, EnrolmentRow[]>;
}

export interface RosterPerson {
  user: UserRow;
  /** The primary one first; empty for somebody whose roles have all ended. */
  roles: Role[];
  safetyStaff: boolean;
  roleRows: RoleRow[];
  /** Whether the roster wants them to be able to sign in. */
  present: boolean;
}

export interface Family {
  parentId: string;
  childId: string;
}

/** What a roster makes of Hallway's directory, by the roster's own ids. */
export interface School {
  sessions: SessionRow[];
  offerings: Map<string, Offering>;
  people: Map<string, RosterPerson>;
  /** By parent and child, see `familyKey`. */
  families: Map<string, Family>;
}

export interface Membership {
  role: CourseRole;
  /** The classes, in the order of the roster's ids. */
  classIds: string[];
  rows: EnrolmentRow[];
}

/** Pure. Rows that name something that is not there are left out; whether that is a fault was checked before. */
export function toSchool(rows: RosterRows, faults: RosterFaults): School {
  const people = toPeople(rows);
  const offerings = toOfferings(rows);
  const used = new Set([...offerings.values()].map(({ session }) => session));
  return { sessions: [...used], offerings, people, families: toFamilies(people, faults) };
}

function toOfferings(rows: RosterRows): Map<string, Offering> {
  const offerings = new Map<string, Offering>();
  const offeringOfClass = new Map<string, Offering>();
  for (const row of rows.classes.values()) {
    const course = rows.courses.get(row.courseId);
    const session = course && sessionOf(row, course, rows.academicSessions);
    if (!course || !session) continue;
    const sourcedId = offeringId(course.sourcedId, session.sourcedId);
    const begun: Offering = { sourcedId, course, session, sections: [], members: new Map() };
    const offering = offerings.get(sourcedId) ?? begun;
    offering.sections.push(row);
    offerings.set(sourcedId, offering);
    offeringOfClass.set(row.sourcedId, offering);
  }
  addMembers(rows, offeringOfClass);
  return offerings;
}

function addMembers({ enrollments, users }: RosterRows, offeringOfClass: Map<string, Offering>): void {
  for (const row of enrollments.values()) {
    const members = offeringOfClass.get(row.classId)?.members;
    if (!members || !users.has(row.userId)) continue;
    const ofUser = members.get(row.userId);
    if (ofUser) ofUser.push(row);
    else members.set(row.userId, [row]);
  }
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
export function toMembership(rows: readonly EnrolmentRow[]): Membership {
  const sorted = [...rows].sort((a, b) => (a.sourcedId < b.sourcedId ? -1 : 1));
  const classIds = [...new Set(sorted.map(({ classId }) => classId))].sort();
  return { role: strongestRole(sorted.map(({ role }) => role)), classIds, rows: sorted };
}

function toPeople({ users, roles }: RosterRows): Map<string, RosterPerson> {
  const roleRows = new Map<string, RoleRow[]>();
  for (const row of roles.values()) {
    const ofUser = roleRows.get(row.userId);
    if (ofUser) ofUser.push(row);
    else roleRows.set(row.userId, [row]);
  }
  const people = new Map<string, RosterPerson>();
  for (const user of users.values()) people.set(user.sourcedId, toPerson(user, roleRows.get(user.sourcedId) ?? []));
  return people;
}

function toPerson(user: UserRow, rows: RoleRow[]): RosterPerson {
  const roleRows = [...rows].sort((a, b) => (a.sourcedId < b.sourcedId ? -1 : 1));
  const given = roleRows.flatMap(({ role, primary }) => (role ? [{ ...role, primary }] : []));
  const roles = orderRoles(given);
  const safetyStaff = given.some((one) => one.safetyStaff);
  return { user, roleRows, roles, safetyStaff, present: user.enabled && roles.length > 0 };
}

export function familyKey({ parentId, childId }: Family): string {
  return JSON.stringify([parentId, childId]);
}

/** The tie may stand in the row of the parent, of the child, or of both; who of the two is the parent, their roles say. */
function toFamilies(people: Map<string, RosterPerson>, faults: RosterFaults): Map<string, Family> {
  const families = new Map<string, Family>();
  for (const person of people.values()) {
    for (const agentId of person.user.agentIds) {
      const agent = people.get(agentId);
      if (!agent) continue;
      const family = toFamily(person, agent);
      if (family) families.set(familyKey(family), family);
      else {
        const pair = `${person.user.sourcedId} and ${agentId}`;
        faults.note('Two related people are not, or not clearly, a parent and a student: no guardianship', pair);
      }
    }
  }
  return families;
}

function toFamily(a: RosterPerson, b: RosterPerson): Family | null {
  const aOverB = a.roles.includes('parent') && b.roles.includes('student');
  const bOverA = b.roles.includes('parent') && a.roles.includes('student');
  if (aOverB === bOverA) return null;
  const [parent, child] = aOverB ? [a, b] : [b, a];
  return { parentId: parent.user.sourcedId, childId: child.user.sourcedId };
}
