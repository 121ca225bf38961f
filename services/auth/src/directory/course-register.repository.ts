import { type CourseRecord, type CourseSettings, openSchoolRecords, toObjectIds } from '@hallway/policy';
import mongoose, { type Connection, type mongo } from 'mongoose';
import type { Position } from '../page.ts';
import { containing, followingBy, isDuplicate } from './filters.ts';

export interface RegisteredCourse {
  id: string;
  code: string;
  title: string;
  term: string;
  termId: string | null;
  concludesAt: Date | null;
  settings: CourseSettings;
  createdAt: Date;
}

export type NewCourse = Omit<RegisteredCourse, 'createdAt'>;
export type CourseFields = Partial<Omit<NewCourse, 'id' | 'code'>>;

export interface CoursesListing {
  /** Part of a code or a title, without regard to case. */
  query: string | undefined;
  termId: string | undefined;
  after: Position | undefined;
  limit: number;
}

/** What a term was before it changed, and what its courses take over from it. */
export interface TermChange {
  termId: string;
  before: { title: string; endsAt: Date };
  after: { title: string; endsAt: Date };
}

/** Courses, for those who manage them. */
export function createCourseRegister(connection: Connection) {
  const { courses } = openSchoolRecords(connection);

  return {
    async find(id: string): Promise<RegisteredCourse | null> {
      const [_id] = toObjectIds([id]);
      const course = _id && (await courses.findOne({ _id }));
      return course ? toRegistered(course) : null;
    },

    /** False: a course made by hand has this code in this term already. Atomic. */
    async insert(course: NewCourse): Promise<boolean> {
      const createdAt = new Date();
      const codeKey = toCodeKey(course);
      const { id, termId, ...rest } = course;
      const terms = termId === null ? {} : { termId: new mongoose.Types.ObjectId(termId) };
      const record = { _id: new mongoose.Types.ObjectId(id), ...rest, ...terms, codeKey };
      return unlessTaken(() => courses.insertOne({ ...record, createdAt, changedAt: createdAt }));
    },

    /** Changes what is given and nothing else. False: its code is taken in the term that it would move to. Atomic. */
    async change(before: RegisteredCourse, fields: CourseFields): Promise<boolean> {
      const { termId, ...rest } = fields;
      const ofTerm = termId ? { termId: new mongoose.Types.ObjectId(termId) } : {};
      const $set = { ...rest, ...ofTerm, ...keyAfter(before, fields), changedAt: new Date() };
      const update = termId === null ? { $set, $unset: { termId: true as const } } : { $set };
      return unlessTaken(() => courses.updateOne({ _id: new mongoose.Types.ObjectId(before.id) }, update));
    },

    /**
     * Lets the courses of a term follow it: those that bear its title, and those that end when it ended. What was set by
     * hand stays. Answers the ids of all courses of the term. Not atomic; running it again completes it.
     */
    async followTerm({ termId, before, after }: TermChange): Promise<string[]> {
      const ofTerm = { termId: new mongoose.Types.ObjectId(termId) };
      const changedAt = new Date();
      await courses.updateMany({ ...ofTerm, term: before.title }, { $set: { term: after.title, changedAt } });
      const following = { ...ofTerm, concludesAt: before.endsAt };
      await courses.updateMany(following, { $set: { concludesAt: after.endsAt, changedAt } });
      const found = await courses.find(ofTerm, { projection: { _id: 1 } }).toArray();
      return found.map(({ _id }) => _id.toHexString());
    },

    /** Courses by code, up to `limit`. */
    async list(listing: CoursesListing): Promise<(RegisteredCourse & Position)[]> {
      const found = await courses.find(toFilter(listing)).sort({ code: 1, _id: 1 }).limit(listing.limit).toArray();
      return found.map((course) => ({ ...toRegistered(course), key: course.code }));
    },
  };
}

export type CourseRegister = ReturnType<typeof createCourseRegister>;

/**
 * The same code twice in one term is a slip when a person types it, and may be usual in a roster. A term that is only a title
 * counts by it; one that is a record by its id, so that it can be renamed.
 */
export function toCodeKey({
  code,
  term,
  termId = null,
}: {
  code: string;
  term: string;
  termId?: string | null;
}): string {
  return `${code}\n${termId ?? term}`.normalize('NFKC').toLowerCase();
}

/** A course of a roster has no key, and gets none by a change that does not touch its term. */
function keyAfter(before: RegisteredCourse, fields: CourseFields): { codeKey?: string } {
  const isMoved = fields.term !== undefined || fields.termId !== undefined;
  return isMoved ? { codeKey: toCodeKey({ ...before, ...fields }) } : {};
}

async function unlessTaken(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

function toRegistered(course: CourseRecord): RegisteredCourse {
  const { _id, code, title, term, termId, concludesAt = null, settings = {}, createdAt } = course;
  const id = _id.toHexString();
  return { id, code, title, term, termId: termId?.toHexString() ?? null, concludesAt, settings, createdAt };
}

function toFilter({ query, termId, after }: CoursesListing): mongo.Filter<CourseRecord> {
  const conditions: mongo.Filter<CourseRecord>[] = [];
  if (termId) conditions.push({ termId: new mongoose.Types.ObjectId(termId) });
  if (query) {
    const part = { ...containing(query), $options: 'i' };
    conditions.push({ $or: [{ code: part }, { title: part }] });
  }
  if (after) conditions.push(followingBy('code', after) as mongo.Filter<CourseRecord>);
  return conditions.length > 0 ? { $and: conditions } : {};
}
