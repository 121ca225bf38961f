import type { ChangeCourseBody, CreateCourseBody } from '@hallway/contracts';
import type { CourseSettings } from '@hallway/policy';
import mongoose from 'mongoose';
import type { CourseFields, CourseRegister, RegisteredCourse } from '../directory/course-register.repository.ts';
import type { SchoolTerm, TermsRepository } from '../directory/terms.repository.ts';
import type { MakeChange } from './make-change.ts';
import { conflict, found, readLine, readTime } from './read-fields.ts';
import type { Actor } from './require-admin.ts';

export interface ManageCoursesDeps {
  courses: CourseRegister;
  terms: TermsRepository;
  makeChange: MakeChange;
}

const taken = 'There is a course with this code in this term.';

/**
 * Makes a course. It ends when its term ends unless `concludesAt` says otherwise. Throws `CONFLICT` when its code is taken in
 * this term by a course that was made by hand, `NOT_FOUND` for a term that does not exist, and `VALIDATION_FAILED`.
 */
export function createAddCourse({ courses, terms, makeChange }: ManageCoursesDeps) {
  return async function addCourse(actor: Actor, body: CreateCourseBody): Promise<RegisteredCourse> {
    const { termId, settings = {} } = body;
    const term = termId === undefined ? null : found(await terms.find(termId), 'term');
    const course = {
      id: new mongoose.Types.ObjectId().toHexString(),
      code: readLine(body.code, '/code'),
      title: readLine(body.title, '/title'),
      term: readLine(body.term, '/term'),
      termId: term?.id ?? null,
      concludesAt: readConclusion(body.concludesAt) ?? term?.endsAt ?? null,
      settings: settings as CourseSettings,
    };
    const announce = { kind: 'course', courseIds: [course.id] } as const;
    const { id, ...details } = course;
    const made = await makeChange(actor, { action: 'course.created', targetId: id, details, announce }, () =>
      courses.insert(course),
    );
    if (!made) throw conflict(taken);
    return found(await courses.find(id), 'course');
  };
}

export type AddCourse = ReturnType<typeof createAddCourse>;

/**
 * Changes a course. One that moves to another term takes over its title and its end, unless they are given or were set by
 * hand. Throws `NOT_FOUND`, also for a term that does not exist, `CONFLICT` and `VALIDATION_FAILED`.
 */
export function createChangeCourse({ courses, terms, makeChange }: ManageCoursesDeps) {
  async function toFields(before: RegisteredCourse, body: ChangeCourseBody): Promise<CourseFields> {
    const { title, term, termId, settings } = body;
    const concludesAt = readConclusion(body.concludesAt);
    return {
      ...(termId === undefined ? {} : await moveToTerm(before, termId)),
      ...(title === undefined ? {} : { title: readLine(title, '/title') }),
      ...(term === undefined ? {} : { term: readLine(term, '/term') }),
      ...(concludesAt === undefined ? {} : { concludesAt }),
      ...(settings === undefined ? {} : { settings: settings as CourseSettings }),
    };
  }

  async function moveToTerm(before: RegisteredCourse, termId: string | null): Promise<CourseFields> {
    if (termId === null) return { termId };
    const next = found(await terms.find(termId), 'term');
    const past = before.termId === null ? null : await terms.find(before.termId);
    return { termId, term: next.title, ...(endedWith(before, past) ? { concludesAt: next.endsAt } : {}) };
  }

  return async function changeCourse(actor: Actor, id: string, body: ChangeCourseBody): Promise<RegisteredCourse> {
    const before = found(await courses.find(id), 'course');
    const fields = await toFields(before, body);
    if (Object.keys(fields).length === 0) return before;
    const announce = { kind: 'course', courseIds: [id] } as const;
    const changed = Object.entries(fields).map(([name, to]) => [
      name,
      { from: before[name as keyof CourseFields], to },
    ]);
    const details = Object.fromEntries(changed);
    const done = await makeChange(actor, { action: 'course.changed', targetId: id, details, announce }, () =>
      courses.change(before, fields),
    );
    if (!done) throw conflict(taken);
    return found(await courses.find(id), 'course');
  };
}

export type ChangeCourse = ReturnType<typeof createChangeCourse>;

function readConclusion(time: string | null | undefined): Date | null | undefined {
  return typeof time === 'string' ? readTime(time, '/concludesAt') : time;
}

/** Whether nobody set the end of a course by hand. */
function endedWith({ concludesAt }: RegisteredCourse, term: SchoolTerm | null): boolean {
  return concludesAt === null || concludesAt.getTime() === term?.endsAt.getTime();
}
