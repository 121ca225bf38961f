import type { ChangeTermBody, CreateTermBody } from '@hallway/contracts';
import { validationFailed } from '@hallway/platform';
import mongoose from 'mongoose';
import type { CourseRegister } from '../directory/course-register.repository.ts';
import type { SchoolTerm, TermsRepository } from '../directory/terms.repository.ts';
import type { MakeChange } from './make-change.ts';
import { found, readLine, readTime } from './read-fields.ts';
import type { Actor } from './require-admin.ts';

export interface ManageTermsDeps {
  terms: TermsRepository;
  courses: CourseRegister;
  makeChange: MakeChange;
}

/** Makes a term; throws `VALIDATION_FAILED`. */
export function createAddTerm({ terms, makeChange }: ManageTermsDeps) {
  return async function addTerm(actor: Actor, body: CreateTermBody): Promise<SchoolTerm> {
    const term = readTerm({ id: new mongoose.Types.ObjectId().toHexString(), ...body });
    const { id, ...details } = term;
    const announce = { kind: 'course' } as const;
    await makeChange(actor, { action: 'term.created', targetId: id, details, announce }, () => terms.insert(term));
    return term;
  };
}

export type AddTerm = ReturnType<typeof createAddTerm>;

/**
 * Changes a term, and with it the title and the end of its courses where they were the term's. Courses follow first, so that a
 * change that broke off in between is completed by asking for it again. Throws `NOT_FOUND` and `VALIDATION_FAILED`.
 */
export function createChangeTerm({ terms, courses, makeChange }: ManageTermsDeps) {
  return async function changeTerm(actor: Actor, id: string, body: ChangeTermBody): Promise<SchoolTerm> {
    const before = found(await terms.find(id), 'term');
    const text = { startsAt: before.startsAt.toISOString(), endsAt: before.endsAt.toISOString() };
    const after = readTerm({ id, title: before.title, ...text, ...body });
    const courseIds: string[] = [];
    const change = { action: 'term.changed', targetId: id, details: { from: before, to: after } };
    await makeChange(actor, { ...change, announce: { kind: 'course', courseIds } }, async () => {
      courseIds.push(...(await courses.followTerm({ termId: id, before, after })));
      await terms.change(after);
    });
    return after;
  };
}

export type ChangeTerm = ReturnType<typeof createChangeTerm>;

function readTerm({ id, ...body }: CreateTermBody & { id: string }): SchoolTerm {
  const startsAt = readTime(body.startsAt, '/startsAt');
  const endsAt = readTime(body.endsAt, '/endsAt');
  if (endsAt <= startsAt) throw validationFailed([{ path: '/endsAt', message: 'must be after startsAt' }]);
  return { id, title: readLine(body.title, '/title'), startsAt, endsAt };
}
