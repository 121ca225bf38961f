import type { CourseMemberBody, MoveMembersBody } from '@hallway/contracts';
import { validationFailed } from '@hallway/platform';
import type { CourseRegister } from '../directory/course-register.repository.ts';
import type { Enrolment, EnrolmentsRepository } from '../directory/enrolments.repository.ts';
import type { PeopleRegister } from '../directory/people-register.repository.ts';
import type { SectionsRepository } from '../directory/sections.repository.ts';
import type { MakeChange } from './make-change.ts';
import { conflict, found } from './read-fields.ts';
import type { Actor } from './require-admin.ts';

export interface ManageMembersDeps {
  courses: CourseRegister;
  sections: SectionsRepository;
  enrolments: EnrolmentsRepository;
  people: PeopleRegister;
  makeChange: MakeChange;
}

export interface MemberPair {
  courseId: string;
  userId: string;
}

/**
 * Makes somebody a member of a course with this role, or changes role and sections of a member. Asking for what is so already
 * changes nothing. Throws `NOT_FOUND` for an unknown course or person, and `VALIDATION_FAILED` for sections of other courses.
 */
export function createEnrol({ courses, sections, enrolments, people, makeChange }: ManageMembersDeps) {
  async function refuseForeignSections(courseId: string, sectionIds: string[]): Promise<void> {
    if (sectionIds.length === 0) return;
    const own = new Set((await sections.listOfCourse(courseId)).map(({ id }) => id));
    if (sectionIds.every((id) => own.has(id))) return;
    throw validationFailed([{ path: '/sectionIds', message: 'must be sections of this course' }]);
  }

  return async function enrol(actor: Actor, { courseId, userId }: MemberPair, body: CourseMemberBody): Promise<void> {
    const [course, person] = await Promise.all([courses.find(courseId), people.find(userId)]);
    found(course, 'course');
    found(person, 'person');
    await refuseForeignSections(courseId, body.sectionIds ?? []);
    const before = await enrolments.find(courseId, userId);
    const current = before?.status === 'active' ? before : null;
    const { role, sectionIds = current?.sectionIds ?? [] } = body;
    const after: Enrolment = { courseId, userId, role, sectionIds, status: 'active', source: 'manual' };
    if (current && isSame(current, after)) return;
    const action = current ? 'enrolment.changed' : 'enrolment.added';
    const details = { courseId, from: current && placeOf(current), to: placeOf(after) };
    const announce = { kind: 'enrolment', personIds: [userId], courseIds: [courseId] } as const;
    await makeChange(actor, { action, targetId: userId, details, announce }, () => enrolments.put(after));
  };
}

export type Enrol = ReturnType<typeof createEnrol>;

/** Ends a membership. Once more changes nothing; throws `NOT_FOUND` for somebody who never was a member. */
export function createUnenrol({ enrolments, makeChange }: ManageMembersDeps) {
  return async function unenrol(actor: Actor, { courseId, userId }: MemberPair): Promise<void> {
    const before = found(await enrolments.find(courseId, userId), 'enrolment');
    if (before.status === 'ended') return;
    const details = { courseId, from: placeOf(before), to: null };
    const announce = { kind: 'enrolment', personIds: [userId], courseIds: [courseId] } as const;
    await makeChange(actor, { action: 'enrolment.ended', targetId: userId, details, announce }, () =>
      enrolments.end(courseId, userId),
    );
  };
}

export type Unenrol = ReturnType<typeof createUnenrol>;

/**
 * Moves members of a course into one of its sections: out of `from`, out of all others when it is null, and without leaving any
 * when it is missing. All or none are checked, then written at once; each member moves atomically. Answers how many were not
 * there already. Throws `NOT_FOUND` for the section, and `CONFLICT` naming those who are no members of its course.
 */
export function createMoveMembers({ sections, enrolments, makeChange }: ManageMembersDeps) {
  return async function moveMembers(actor: Actor, sectionId: string, body: MoveMembersBody): Promise<number> {
    const { courseId } = found(await sections.find(sectionId), 'section');
    const members = await enrolments.findActive(courseId, body.userIds);
    const missing = body.userIds.length - members.length;
    if (missing > 0) throw conflict(`${missing} of these people are not members of the course.`);
    const moves = members
      .map((member) => ({ ...member, sectionIds: sectionsAfter(member.sectionIds, sectionId, body.from) }))
      .filter((after, index) => String(after.sectionIds) !== String(members[index]?.sectionIds));
    if (moves.length === 0) return 0;
    const personIds = moves.map(({ userId }) => userId);
    const details = { courseId, ...body };
    const announce = { kind: 'enrolment', personIds, courseIds: [courseId] } as const;
    await makeChange(actor, { action: 'section.members-moved', targetId: sectionId, details, announce }, () =>
      enrolments.setSections(moves),
    );
    return moves.length;
  };
}

export type MoveMembers = ReturnType<typeof createMoveMembers>;

function sectionsAfter(sectionIds: string[], to: string, from: string | null | undefined): string[] {
  const kept = from === null ? [] : sectionIds.filter((id) => id !== from);
  return kept.includes(to) ? kept : [...kept, to];
}

function placeOf({ role, sectionIds }: Enrolment) {
  return { role, sectionIds };
}

function isSame(a: Enrolment, b: Enrolment): boolean {
  return a.role === b.role && String([...a.sectionIds].sort()) === String([...b.sectionIds].sort());
}
