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
    if (line === 0 || id === null || id === '' || isThere(rows, to, id)) return;
    // Hallway has no use for organisations: where none are delivered, nobody misses them.
    if (to === 'orgs' && rows.orgs.size === 0) return;
    faults.add({ file: `${file}.csv`, line, message: `${column} names ${id}, which is not in ${to}.csv` });
  };
}

function isThere(rows: RosterRows, file: RosterFileName, id: string): boolean {
  const table = rows[file];
  return table instanceof Map ? table.has(id) : table.lineOf(id) !== null;
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

function checkPeople({ staging }: RosterRows, check: Check): void {
  const agents = staging.prepare<{ line: number; id: string }>(
    `SELECT line, value AS id FROM users, json_each(agentIds)
     WHERE line > 0 AND NOT EXISTS (SELECT 1 FROM users AS named WHERE named.sourcedId = value) ORDER BY line`,
  );
  for (const row of agents.each()) check({ ...row, file: 'users', column: 'agentSourcedIds', to: 'users' });
  const roles = staging.prepare<{ line: number; id: string }>(
    `SELECT line, userId AS id FROM roles
     WHERE line > 0 AND NOT EXISTS (SELECT 1 FROM users WHERE users.sourcedId = userId) ORDER BY line`,
  );
  for (const row of roles.each()) check({ ...row, file: 'roles', column: 'userSourcedId', to: 'users' });
  const enrolments = staging.prepare<{ line: number; userId: string; classId: string }>(
    `SELECT line, userId, classId FROM enrollments
     WHERE line > 0 AND (
       NOT EXISTS (SELECT 1 FROM users WHERE users.sourcedId = userId)
       OR NOT EXISTS (SELECT 1 FROM classIds WHERE classIds.sourcedId = classId)
     ) ORDER BY line`,
  );
  for (const { line, userId, classId } of enrolments.each()) {
    check({ file: 'enrollments', line, column: 'userSourcedId', to: 'users', id: userId });
    check({ file: 'enrollments', line, column: 'classSourcedId', to: 'classes', id: classId });
  }
}

function checkUsernames({ staging }: RosterRows, faults: RosterFaults): void {
  const doubled = staging.prepare<{ line: number; username: string; first: number }>(
    `SELECT line, username, first FROM (
       SELECT line, username, lag(line) OVER (PARTITION BY usernameKey ORDER BY line) AS first FROM users
     ) WHERE first IS NOT NULL AND username <> '' ORDER BY line`,
  );
  for (const { line, username, first } of doubled.each()) {
    const where = first > 0 ? `line ${first}` : 'an earlier import';
    faults.add({ file: 'users.csv', line, message: `username ${username} is also that of ${where}` });
  }
}

/** Somebody without any role could do nothing and be found by nobody: the export forgot something. */
function checkRolesThere({ staging }: RosterRows, manifest: Manifest, faults: RosterFaults): void {
  if (manifest.roles === 'delta') return;
  const without = staging.prepare<{ line: number; sourcedId: string }>(
    `SELECT line, sourcedId FROM users
     WHERE line > 0 AND NOT EXISTS (SELECT 1 FROM roles WHERE roles.userId = users.sourcedId) ORDER BY line`,
  );
  for (const { line, sourcedId } of without.each()) {
    faults.add({ file: 'users.csv', line, message: `${sourcedId} has no role in roles.csv` });
  }
}
