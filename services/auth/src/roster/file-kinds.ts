import { adminLimits } from '@hallway/contracts';
import { readUsername } from '../admin/read-fields.ts';
import { toCourseRole, toGivenRole } from './map-roles.ts';
import {
  endOfDay,
  type FieldSource,
  flagOf,
  listOf,
  optionalDay,
  optionalText,
  refuseField,
  requiredLine,
  requiredText,
  shown,
  toLine,
} from './read-fields.ts';
import type { RosterFileName } from './roster-files.ts';
import type {
  ClassRow,
  CourseRow,
  EnrolmentRow,
  OrgRow,
  RoleRow,
  RosterRowKinds,
  SessionRow,
  UserRow,
} from './roster-rows.ts';

export interface ReadContext {
  now: Date;
  /** Roles of the roster that make administrators. */
  administrators: ReadonlySet<string>;
}

/** How a row becomes what Hallway keeps of it. Null: the row says nothing any more, as an enrolment that has ended. */
type FileKinds = {
  [N in RosterFileName]: {
    required: readonly string[];
    toRow: (source: FieldSource, sourcedId: string, context: ReadContext) => RosterRowKinds[N] | null;
  };
};

export const fileKinds: FileKinds = {
  orgs: { required: ['sourcedId', 'name', 'type'], toRow: toOrg },
  academicSessions: { required: ['sourcedId', 'title', 'startDate', 'endDate'], toRow: toSession },
  courses: { required: ['sourcedId', 'title'], toRow: toCourse },
  classes: { required: ['sourcedId', 'title', 'courseSourcedId', 'termSourcedIds'], toRow: toClass },
  users: { required: ['sourcedId', 'enabledUser', 'username', 'givenName', 'familyName'], toRow: toUser },
  roles: { required: ['sourcedId', 'userSourcedId', 'roleType', 'role'], toRow: toRole },
  enrollments: { required: ['sourcedId', 'classSourcedId', 'userSourcedId', 'role'], toRow: toEnrolment },
};

function toOrg(source: FieldSource, sourcedId: string): OrgRow {
  return { sourcedId, line: source.line, parentId: optionalText(source, 'parentSourcedId') || null };
}

function toSession(source: FieldSource, sourcedId: string): SessionRow {
  requiredText(source, 'startDate');
  requiredText(source, 'endDate');
  const startsAt = optionalDay(source, 'startDate') ?? new Date(0);
  // OneRoster's endDate is the day after the last one; a school that means the last one loses nothing by the day of grace.
  const endsAt = endOfDay(optionalDay(source, 'endDate') ?? new Date(0));
  if (endsAt < startsAt) refuseField(source, 'endDate is before startDate');
  const parentId = optionalText(source, 'parentSourcedId') || null;
  return { sourcedId, line: source.line, title: requiredLine(source, 'title'), startsAt, endsAt, parentId };
}

function toCourse(source: FieldSource, sourcedId: string): CourseRow {
  const code = toLine(optionalText(source, 'courseCode') || sourcedId).slice(0, adminLimits.courseCodeLength);
  return {
    sourcedId,
    line: source.line,
    title: requiredLine(source, 'title'),
    code,
    schoolYearId: optionalText(source, 'schoolYearSourcedId') || null,
    orgId: optionalText(source, 'orgSourcedId') || null,
  };
}

function toClass(source: FieldSource, sourcedId: string): ClassRow {
  return {
    sourcedId,
    line: source.line,
    title: requiredLine(source, 'title'),
    courseId: requiredText(source, 'courseSourcedId'),
    schoolId: optionalText(source, 'schoolSourcedId') || null,
    termIds: listOf(source, 'termSourcedIds'),
  };
}

function toUser(source: FieldSource, sourcedId: string): UserRow {
  return {
    sourcedId,
    line: source.line,
    username: usernameOf(source),
    name: nameOf(source),
    enabled: flagOf(source, 'enabledUser', true),
    agentIds: listOf(source, 'agentSourcedIds').filter((id) => id !== sourcedId),
  };
}

/** The name that somebody prefers goes before the one in the register. */
function nameOf(source: FieldSource): string {
  const given = optionalText(source, 'preferredGivenName') || optionalText(source, 'givenName');
  const family = optionalText(source, 'preferredFamilyName') || optionalText(source, 'familyName');
  const name = toLine(`${given} ${family}`);
  if (name === '') refuseField(source, 'givenName and familyName are empty');
  return name.slice(0, adminLimits.nameLength);
}

function usernameOf(source: FieldSource): string {
  const username = requiredText(source, 'username');
  if (username === '') return username;
  if (username.length > adminLimits.usernameLength) {
    refuseField(source, `username is longer than ${adminLimits.usernameLength} characters: ${shown(username)}`);
    return username;
  }
  try {
    return readUsername(username);
  } catch {
    const rule = 'it begins with a letter or digit, then letters, digits and . _ @ + -';
    refuseField(source, `username ${shown(username)} cannot be used: ${rule}`);
    return username;
  }
}

function toRole(source: FieldSource, sourcedId: string, { now, administrators }: ReadContext): RoleRow {
  const named = requiredText(source, 'role');
  const given = toGivenRole(named, administrators);
  if (!given) refuseUnknown(source, named, 'A role gives nothing: it is an extension of a vendor');
  const primary = optionalText(source, 'roleType').toLowerCase() !== 'secondary';
  const role = hasEnded(source, now) ? null : given;
  return { sourcedId, line: source.line, userId: requiredText(source, 'userSourcedId'), role, primary };
}

function toEnrolment(source: FieldSource, sourcedId: string, { now }: ReadContext): EnrolmentRow | null {
  const named = requiredText(source, 'role');
  const role = toCourseRole(named);
  if (!role) refuseUnknown(source, named, 'An enrolment is an observer: its role is an extension of a vendor');
  const classId = requiredText(source, 'classSourcedId');
  const userId = requiredText(source, 'userSourcedId');
  return hasEnded(source, now) ? null : { sourcedId, line: source.line, classId, userId, role: role ?? 'observer' };
}

/** Begin dates are not looked at: people write to each other before a term begins. */
function hasEnded(source: FieldSource, now: Date): boolean {
  const last = optionalDay(source, 'endDate');
  return last !== null && endOfDay(last) < now;
}

/** Vendors may add roles that begin with `ext:`; anything else is a mistake, and would take a teacher's rights away. */
function refuseUnknown(source: FieldSource, role: string, note: string): void {
  if (role.startsWith('ext:')) source.faults.note(note, role);
  else if (role !== '') refuseField(source, `role is none of OneRoster's: ${shown(role)}`);
}
