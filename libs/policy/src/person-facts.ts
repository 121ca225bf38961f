import type { CourseRole, Role } from '@hallway/contracts';
import type { CourseSettings } from './school-records.ts';

/** What the policy must know of a course. Times are milliseconds since 1970. */
export interface CoursePolicy {
  courseId: string;
  concludesAt: number | null;
  settings: CourseSettings;
}

/** That a person belongs to a course at present. */
export interface CourseMembership extends CoursePolicy {
  role: CourseRole;
}

/** That a person is the guardian of a child, whether or not it gives anything at the moment. */
export interface Guardianship {
  childId: string;
  /** Whether it lets them write: to the child, and to those who teach the child. */
  mayMessage: boolean;
  endsAt: number | null;
  /** Those that the child takes as a student. */
  courses: CoursePolicy[];
}

/** All that the policy knows of a person. */
export interface PersonFacts {
  id: string;
  /** The primary role, the one that others see. */
  role: Role;
  /** All roles, the primary one included. */
  roles: Role[];
  /** Not asked by the policy: whether a deactivated person can be reached is the question of each door. */
  active: boolean;
  /** Somebody whom nobody can block, such as a counsellor. */
  safetyStaff: boolean;
  courses: CourseMembership[];
  children: Guardianship[];
  /** Whom they have blocked. */
  blockedIds: ReadonlySet<string>;
}

/** Somebody whose account is gone has no ties. */
export function factsOfNobody(id: string): PersonFacts {
  const nothing = { safetyStaff: false, courses: [], children: [], blockedIds: new Set<string>() };
  return { id, role: 'student', roles: ['student'], active: false, ...nothing };
}

/** A teaching assistant counts as an instructor of that course, and of no other. */
export function isStaff(role: CourseRole): boolean {
  return role === 'instructor' || role === 'ta';
}
