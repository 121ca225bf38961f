import { toUsernameKey } from '../accounts/accounts.repository.ts';
import type { Manifest } from './read-manifest.ts';
import type { RosterFaults } from './roster-faults.ts';
import type { RosterFileName } from './roster-files.ts';
import type { RosterRows } from './roster-rows.ts';

interface Reference {
  file: RosterFileName;
  line: number;
  column: string;
  to: RosterFileName;
  id: string | null;
}

/**
 * Checks that every id that a delivered row names is there, in this delivery or in what is known from earlier ones, and what
 * else holds between rows. Rows that are only known from earlier may name what left since: they go with it.
 */
export function checkReferences(rows: RosterRows, manifest: Manifest, faults: RosterFaults): void {
  const check = createCheck(rows, faults);
  for (const { line, parentId } of rows.orgs.values()) {
    check({ file: 'orgs', line, column: 'parentSourcedId', to: 'orgs', id: parentId });
  }
  for (const { line, parentId } of rows.academicSessions.values()) {
    check({ file: 'academicSessions', line, column: 'parentSourcedId', to: 'academicSessions', id: parentId });
  }
  checkCourses(rows, check);
  checkTerms(rows, faults);
  checkPeople(rows, check);
  checkUsernames(rows, faults);
  checkRolesThere(rows, manifest, faults);
}

type Check = ReturnType<typeof createCheck>;

function createCheck(rows: RosterRows, faults: RosterFaults) {
  return ({ file, line, column, to, id }: Reference): void => {
    // An empty field that may not be empty was a fault when it was read.
    if (line === 0 || id === null || id === '' || rows[to].has(id)) return;
    // Hallway has no use for organisations: where none are delivered, nobody misses them.
    if (to === 'orgs' && rows.orgs.size === 0) return;
    faults.add({ file: `${file}.csv`, line, message: `${column} names ${id}, which is not in ${to}.csv` });
  };
}

function checkCourses({ courses, classes }: RosterRows, check: Check): void {
  for (const { line, orgId, schoolYearId } of courses.values()) {
    check({ file: 'courses', line, column: 'orgSourcedId', to: 'orgs', id: orgId });
    check({ file: 'courses', line, column: 'schoolYearSourcedId', to: 'academicSessions', id: schoolYearId });
  }
  for (const { line, courseId, schoolId, termIds } of classes.values()) {
    check({ file: 'classes', line, column: 'courseSourcedId', to: 'courses', id: courseId });
    check({ file: 'classes', line, column: 'schoolSourcedId', to: 'orgs', id: schoolId });
    for (const id of termIds) check({ file: 'classes', line, column: 'termSourcedIds', to: 'academicSessions', id });
  }
}

/** Without a term nobody knows when a class ends. */
function checkTerms({ classes, courses }: RosterRows, faults: RosterFaults): void {
  for (const { line, courseId, termIds } of classes.values()) {
    if (line === 0 || termIds.length > 0 || courses.get(courseId)?.schoolYearId) continue;
    const message = 'termSourcedIds is empty, and the course has no schoolYearSourcedId either';
    faults.add({ file: 'classes.csv', line, message });
  }
}

function checkPeople({ users, roles, enrollments }: RosterRows, check: Check): void {
  for (const { line, agentIds } of users.values()) {
    for (const id of agentIds) check({ file: 'users', line, column: 'agentSourcedIds', to: 'users', id });
  }
  for (const { line, userId } of roles.values()) {
    check({ file: 'roles', line, column: 'userSourcedId', to: 'users', id: userId });
  }
  for (const { line, userId, classId } of enrollments.values()) {
    check({ file: 'enrollments', line, column: 'userSourcedId', to: 'users', id: userId });
    check({ file: 'enrollments', line, column: 'classSourcedId', to: 'classes', id: classId });
  }
}

function checkUsernames({ users }: RosterRows, faults: RosterFaults): void {
  const lines = new Map<string, number>();
  for (const { line, username } of users.values()) {
    const key = toUsernameKey(username);
    const first = lines.get(key);
    lines.set(key, line);
    if (first === undefined || username === '') continue;
    const where = first > 0 ? `line ${first}` : 'an earlier import';
    faults.add({ file: 'users.csv', line, message: `username ${username} is also that of ${where}` });
  }
}

/** Somebody without any role could do nothing and be found by nobody: the export forgot something. */
function checkRolesThere({ users, roles }: RosterRows, manifest: Manifest, faults: RosterFaults): void {
  if (manifest.roles === 'delta') return;
  const known = new Set([...roles.values()].map(({ userId }) => userId));
  for (const { line, sourcedId } of users.values()) {
    if (line > 0 && !known.has(sourcedId)) {
      faults.add({ file: 'users.csv', line, message: `${sourcedId} has no role in roles.csv` });
    }
  }
}
