import type { TermRecord } from '@hallway/policy';
import mongoose from 'mongoose';
import type { Offering } from './offering.ts';
import { differing, type RosterChange } from './roster-changes.ts';
import type { RosterCourseRecord, RosterSectionRecord } from './roster-records.ts';
import type { ClassRow, SessionRow } from './roster-rows.ts';

interface CatalogUpdate {
  id: string;
  now: Date;
}

/** A term that is missing or differs; terms are never removed, as they give nobody anything. */
export function compareTerm(
  session: SessionRow,
  before: TermRecord | null,
  { id, now }: CatalogUpdate,
): RosterChange | null {
  const { sourcedId, title, startsAt, endsAt } = session;
  const state = { title, startsAt, endsAt };
  if (before) {
    const { title: was, startsAt: began, endsAt: ended } = before;
    const visible = differing({ title: was, startsAt: began, endsAt: ended }, state);
    if (!visible) return null;
    const write = { updateOne: { filter: { _id: before._id }, update: { $set: state } } };
    return toChange('term', { key: sourcedId, label: title, verb: 'changed', ...visible, write });
  }
  const document: TermRecord = { _id: new mongoose.Types.ObjectId(id), ...state, sourcedId, createdAt: now };
  const added = { verb: 'added', before: null, after: state, write: { insertOne: { document } } } as const;
  return toChange('term', { key: sourcedId, label: title, ...added });
}

/** A course that is missing or differs. When it ends follows its term, unless somebody set another end by hand since. */
export function compareCourse(
  offering: Offering,
  before: RosterCourseRecord | null,
  { id, termId, now }: CatalogUpdate & { termId: string },
): RosterChange | null {
  const { course, session, sourcedId } = offering;
  const roster = {
    courseId: course.sourcedId,
    sessionId: session.sourcedId,
    listed: true,
    concludesAt: session.endsAt,
  };
  const state = {
    code: course.code,
    title: course.title,
    term: session.title,
    termId: new mongoose.Types.ObjectId(termId),
  };
  const label = `${course.code} ${course.title}`;
  if (!before) {
    const _id = new mongoose.Types.ObjectId(id);
    const times = { concludesAt: session.endsAt, createdAt: now, changedAt: now };
    const document: RosterCourseRecord = { _id, ...state, ...times, sourcedId, roster };
    const after = { ...shown(state), concludesAt: session.endsAt };
    const added = { verb: 'added', before: null, after, write: { insertOne: { document } } } as const;
    return toChange('course', { key: sourcedId, label, courseId: id, ...added });
  }
  const follows = !before.roster?.listed || before.roster.concludesAt.getTime() !== session.endsAt.getTime();
  const concludesAt = follows ? session.endsAt : (before.concludesAt ?? null);
  const visible = differing({ ...shown(before), concludesAt: before.concludesAt }, { ...shown(state), concludesAt });
  if (!visible && before.roster?.listed && !follows) return null;
  const $set = { ...state, concludesAt, roster, changedAt: now };
  const write = { updateOne: { filter: { _id: before._id }, update: { $set } } };
  const verb = before.roster?.listed ? 'changed' : 'restored';
  const courseId = before._id.toHexString();
  return toChange('course', {
    key: sourcedId,
    label,
    courseId,
    verb,
    ...(visible ?? { before: null, after: null }),
    write,
  });
}

/** A course that left the roster before its time ends now. Null for one that was over: it stays as it was. */
export function removeCourse(before: RosterCourseRecord, now: Date): RosterChange | null {
  const { roster, sourcedId = '' } = before;
  if (!roster?.listed || isOver(before, now)) return null;
  const concludesAt = before.concludesAt && before.concludesAt < now ? before.concludesAt : now;
  const $set = { concludesAt, roster: { ...roster, listed: false }, changedAt: now };
  return toChange('course', {
    key: sourcedId,
    label: `${before.code} ${before.title}`,
    courseId: before._id.toHexString(),
    verb: 'ended',
    before: { concludesAt: before.concludesAt ?? null },
    after: { concludesAt },
    write: { updateOne: { filter: { _id: before._id }, update: { $set } } },
  });
}

/** Registers drop terms that are over; whoever was in their courses keeps their history. */
export function isOver({ roster }: RosterCourseRecord, now: Date): boolean {
  return roster?.listed === true && roster.concludesAt < now;
}

export function compareSection(
  row: ClassRow,
  before: RosterSectionRecord | null,
  { id, courseId, now }: CatalogUpdate & { courseId: string },
): RosterChange | null {
  const { sourcedId, title } = row;
  const state = { courseId: new mongoose.Types.ObjectId(courseId), title };
  const base = { key: sourcedId, label: title, courseId };
  if (!before) {
    const document: RosterSectionRecord = { _id: new mongoose.Types.ObjectId(id), ...state, sourcedId, createdAt: now };
    return toChange('section', {
      ...base,
      verb: 'added',
      before: null,
      after: { title },
      write: { insertOne: { document } },
    });
  }
  const { courseId: wasOf, title: was, endedAt = null } = before;
  const visible = differing({ courseId: wasOf, title: was, endedAt }, { ...state, endedAt: null });
  if (!visible) return null;
  const write = { updateOne: { filter: { _id: before._id }, update: { $set: { ...state, endedAt: null } } } };
  return toChange('section', { ...base, verb: endedAt ? 'restored' : 'changed', ...visible, write });
}

export function removeSection(before: RosterSectionRecord, now: Date): RosterChange | null {
  if (before.endedAt) return null;
  return toChange('section', {
    key: before.sourcedId ?? '',
    label: before.title,
    courseId: before.courseId.toHexString(),
    verb: 'ended',
    before: { endedAt: null },
    after: { endedAt: now },
    write: { updateOne: { filter: { _id: before._id }, update: { $set: { endedAt: now } } } },
  });
}

function shown({ code, title, term, termId }: Pick<RosterCourseRecord, 'code' | 'title' | 'term' | 'termId'>) {
  return { code, title, term, termId: termId?.toHexString() ?? null };
}

interface CatalogChange extends Pick<RosterChange, 'key' | 'label' | 'verb' | 'before' | 'after'> {
  courseId?: string;
  write: object;
}

function toChange(kind: 'term' | 'course' | 'section', { courseId, write, ...change }: CatalogChange): RosterChange {
  const courseIds = courseId === undefined ? [] : [courseId];
  return { ...change, kind, write: write as RosterChange['write'], personIds: [], courseIds };
}
