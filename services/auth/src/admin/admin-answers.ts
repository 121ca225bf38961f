import type {
  AdminAccount,
  AdminCourse,
  AdminCourseMember,
  AdminUser,
  AuditLogEntry,
  FamilyTie,
} from '@hallway/contracts';
import type { AuditEntry } from '../audit/audit-log.repository.ts';
import type { RegisteredCourse } from '../directory/course-register.repository.ts';
import type { Enrolment } from '../directory/enrolments.repository.ts';
import type { Guardianship } from '../directory/guardianships.repository.ts';
import type { RegisteredPerson } from '../directory/people-register.repository.ts';
import type { CourseSection } from '../directory/sections.repository.ts';
import type { SchoolTerm } from '../directory/terms.repository.ts';

export function toAdminUser({ id, username, name, role, active }: RegisteredPerson): AdminUser {
  return { id, username, name, role, active };
}

export function toAdminAccount(person: RegisteredPerson): AdminAccount {
  const { roles, safetyStaff, hasPassword, sourcedId, createdAt } = person;
  return { roles, safetyStaff, hasPassword, sourcedId, createdAt: createdAt.toISOString() };
}

export function toAdminCourse(course: RegisteredCourse): AdminCourse {
  const { id, code, title, term, termId, settings, createdAt } = course;
  const concludesAt = course.concludesAt?.toISOString() ?? null;
  return { id, code, title, term, termId, concludesAt, settings, createdAt: createdAt.toISOString() };
}

export function toSectionAnswer({ createdAt, ...section }: CourseSection) {
  return { ...section, createdAt: createdAt.toISOString() };
}

export function toTermAnswer({ startsAt, endsAt, ...term }: SchoolTerm) {
  return { ...term, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() };
}

/** Members whose account is known; an enrolment of nobody is left out. */
export function toCourseMembers(enrolments: Enrolment[], people: Map<string, RegisteredPerson>): AdminCourseMember[] {
  return enrolments.flatMap(({ userId, role, sectionIds, status, source }) => {
    const person = people.get(userId);
    return person ? [{ user: toAdminUser(person), role, sectionIds, status, source }] : [];
  });
}

/** The other side of each guardianship. */
export function toFamilyTies(
  ties: Guardianship[],
  otherIdOf: (tie: Guardianship) => string,
  people: Map<string, RegisteredPerson>,
): FamilyTie[] {
  const now = new Date();
  return ties.flatMap((tie) => {
    const person = people.get(otherIdOf(tie));
    const { rights, endsAt } = tie;
    const ended = endsAt !== null && endsAt <= now;
    return person ? [{ user: toAdminUser(person), rights, endsAt: endsAt?.toISOString() ?? null, ended }] : [];
  });
}

export function toAuditLogEntry({ at, ...entry }: AuditEntry): AuditLogEntry {
  return { ...entry, at: at.toISOString() };
}
