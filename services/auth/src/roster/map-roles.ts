import type { CourseRole, Role } from '@hallway/contracts';
import type { GivenRole } from './roster-rows.ts';

/**
 * Roles of OneRoster 1.2 in an organisation. Staff of every kind are instructors in Hallway, which lets them write to each
 * other; what somebody is in a course follows from their enrolments. Nobody becomes an administrator of Hallway by a roster:
 * whoever can write the export could otherwise read and change everything.
 */
const institutionRoles: Record<string, GivenRole> = {
  student: { role: 'student', safetyStaff: false },
  parent: { role: 'parent', safetyStaff: false },
  guardian: { role: 'parent', safetyStaff: false },
  relative: { role: 'parent', safetyStaff: false },
  teacher: { role: 'instructor', safetyStaff: false },
  aide: { role: 'instructor', safetyStaff: false },
  proctor: { role: 'instructor', safetyStaff: false },
  // Whom a child turns to: nobody can block them.
  counselor: { role: 'instructor', safetyStaff: true },
  principal: { role: 'instructor', safetyStaff: false },
  siteAdministrator: { role: 'instructor', safetyStaff: false },
  districtAdministrator: { role: 'instructor', safetyStaff: false },
  systemAdministrator: { role: 'instructor', safetyStaff: false },
};

/** Roles that an institution may choose to make administrators of Hallway. */
export const grantableRoles = ['principal', 'siteAdministrator', 'districtAdministrator', 'systemAdministrator'];

/** Roles in a class. Those who only look on have no say over its students, and are told nothing of its people. */
const classRoles: Record<string, CourseRole> = {
  student: 'student',
  teacher: 'instructor',
  // Of OneRoster 1.1, which many systems still write.
  aide: 'ta',
  proctor: 'observer',
  administrator: 'observer',
};

/** Null for a role that OneRoster does not name, such as an extension of a vendor. */
export function toGivenRole(role: string, administrators: ReadonlySet<string>): GivenRole | null {
  const given = institutionRoles[role] ?? null;
  return given && administrators.has(role) ? { ...given, role: 'admin' } : given;
}

export function toCourseRole(role: string): CourseRole | null {
  return classRoles[role] ?? null;
}

const strongestFirst: readonly CourseRole[] = ['instructor', 'ta', 'student', 'observer'];

/** What somebody is in a course who is several things in its sections. Throws for nobody. */
export function strongestRole(roles: readonly CourseRole[]): CourseRole {
  const strongest = strongestFirst.find((role) => roles.includes(role));
  if (!strongest) throw new Error('an enrolment without a role');
  return strongest;
}

/** Each role once, those of the primary rows first. */
export function orderRoles(given: readonly { role: Role; primary: boolean }[]): Role[] {
  const primaryFirst = [...given].sort((a, b) => Number(b.primary) - Number(a.primary));
  return [...new Set(primaryFirst.map(({ role }) => role))];
}
