import mongoose from 'mongoose';
import type { CourseRegister } from '../directory/course-register.repository.ts';
import type { CourseSection, SectionsRepository } from '../directory/sections.repository.ts';
import type { MakeChange } from './make-change.ts';
import { found, readLine } from './read-fields.ts';
import type { Actor } from './require-admin.ts';

export interface ManageSectionsDeps {
  courses: CourseRegister;
  sections: SectionsRepository;
  makeChange: MakeChange;
}

/** Makes a section of a course; throws `NOT_FOUND` and `VALIDATION_FAILED`. */
export function createAddSection({ courses, sections, makeChange }: ManageSectionsDeps) {
  return async function addSection(actor: Actor, courseId: string, text: string): Promise<CourseSection> {
    found(await courses.find(courseId), 'course');
    const id = new mongoose.Types.ObjectId().toHexString();
    const title = readLine(text, '/title');
    const announce = { kind: 'course', courseIds: [courseId] } as const;
    const change = { action: 'section.created', targetId: id, details: { courseId, title }, announce };
    return makeChange(actor, change, () => sections.insert({ id, courseId, title }));
  };
}

export type AddSection = ReturnType<typeof createAddSection>;

/** Gives a section another title; throws `NOT_FOUND` and `VALIDATION_FAILED`. */
export function createRenameSection({ sections, makeChange }: ManageSectionsDeps) {
  return async function renameSection(actor: Actor, id: string, text: string): Promise<CourseSection> {
    const before = found(await sections.find(id), 'section');
    const title = readLine(text, '/title');
    if (title === before.title) return before;
    const announce = { kind: 'course', courseIds: [before.courseId] } as const;
    const details = { courseId: before.courseId, title: { from: before.title, to: title } };
    await makeChange(actor, { action: 'section.renamed', targetId: id, details, announce }, () =>
      sections.rename(id, title),
    );
    return { ...before, title };
  };
}

export type RenameSection = ReturnType<typeof createRenameSection>;
