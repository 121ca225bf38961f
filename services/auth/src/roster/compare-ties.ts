import mongoose from 'mongoose';
import type { MembershipRow } from './offering.ts';
import { differing, type RosterChange } from './roster-changes.ts';
import type { RosterEnrolmentRecord, RosterGuardianshipRecord } from './roster-records.ts';
import type { Membership } from './to-school.ts';

/** One person in one course. */
export interface MembershipPlace {
  courseId: string;
  userId: string;
  /** The sections' ids by those of their classes. */
  sectionIds: ReadonlyMap<string, string>;
  /** Ids of the roster, for the report. */
  key: string;
  label: string;
  now: Date;
}

type RowState = NonNullable<RosterEnrolmentRecord['rosterRows']>;

/** An enrolment that somebody made or took over by hand. */
export function isManual(enrolment: RosterEnrolmentRecord): boolean {
  return enrolment.source !== 'roster';
}

export function addEnrolment(wanted: Membership, place: MembershipPlace): RosterChange {
  const { courseId, userId, now } = place;
  const state = { role: wanted.role, sectionIds: sectionsOf(wanted, place), status: 'active' as const };
  const document: RosterEnrolmentRecord = {
    courseId: new mongoose.Types.ObjectId(courseId),
    userId: new mongoose.Types.ObjectId(userId),
    ...state,
    source: 'roster',
    rosterRows: rowsOf(wanted.rows),
    createdAt: now,
    changedAt: now,
  };
  const write = { insertOne: { document } };
  return toChange('enrolment', place, { verb: 'added', before: null, after: shown(state), write });
}

/**
 * What makes an enrolment of the roster agree with it; null when it does. One that an administrator ended while the roster
 * had it stays ended until the roster drops it and has it again.
 */
export function compareEnrolment(
  wanted: Membership | null,
  before: RosterEnrolmentRecord,
  place: MembershipPlace,
): RosterChange | null {
  const rosterRows = wanted ? rowsOf(wanted.rows) : [];
  const knownRows = before.rosterRows ?? [];
  const { role, sectionIds = [], status = 'active' } = before;
  const current = { role, sectionIds, status };
  const state = wanted
    ? stateOf(wanted, { current, isBack: knownRows.length === 0, place })
    : toEnded(current, knownRows);
  const visible = differing(shown(current), shown(state));
  if (!visible && JSON.stringify(rowFields(knownRows)) === JSON.stringify(rowFields(rosterRows))) return null;
  const $set = { ...state, rosterRows, ...(visible ? { changedAt: place.now } : {}) };
  const filter = { courseId: before.courseId, userId: before.userId, source: 'roster' };
  const write = { updateOne: { filter, update: { $set } } };
  const differences = visible ?? { before: null, after: null };
  return toChange('enrolment', place, {
    verb: visible ? verbOf(status, state.status) : 'recorded',
    ...differences,
    write,
  });
}

type EnrolmentState = Required<Pick<RosterEnrolmentRecord, 'role' | 'sectionIds' | 'status'>>;

function stateOf(
  wanted: Membership,
  { current, isBack, place }: { current: EnrolmentState; isBack: boolean; place: MembershipPlace },
): EnrolmentState {
  if (current.status === 'ended' && !isBack) return current;
  return { role: wanted.role, sectionIds: sectionsOf(wanted, place), status: 'active' };
}

function toEnded(current: EnrolmentState, knownRows: RowState): EnrolmentState {
  return knownRows.length === 0 ? current : { role: current.role, sectionIds: [], status: 'ended' };
}

function verbOf(before: 'active' | 'ended', after: 'active' | 'ended'): RosterChange['verb'] {
  if (before === after) return 'changed';
  return after === 'active' ? 'restored' : 'ended';
}

function sectionsOf({ classIds }: Membership, { sectionIds }: MembershipPlace) {
  return classIds.flatMap((id) => sectionIds.get(id) ?? []).map((id) => new mongoose.Types.ObjectId(id));
}

function rowsOf(rows: readonly MembershipRow[]): RowState {
  return rows.map(({ sourcedId, classId, role }) => ({ sourcedId, classId, role }));
}

function rowFields(rows: RowState) {
  return rows.map(({ sourcedId, classId, role }) => [sourcedId, classId, role]);
}

function shown({ role, sectionIds, status }: EnrolmentState) {
  return { role, sectionIds: sectionIds.map((id) => id.toHexString()), status };
}

/** A parent and a child, by the ids of both. */
export interface FamilyPlace {
  parentId: string;
  childId: string;
  key: string;
  label: string;
  now: Date;
}

/**
 * What makes a guardianship agree with the roster; null when it does, and for one that was made by hand. Rights and ends that
 * an administrator set stay until the roster drops the tie and has it again.
 */
export function compareGuardianship(
  wanted: boolean,
  before: RosterGuardianshipRecord | null,
  place: FamilyPlace,
): RosterChange | null {
  const { parentId, childId, now } = place;
  const pair = { parentId: new mongoose.Types.ObjectId(parentId), childId: new mongoose.Types.ObjectId(childId) };
  if (!before) {
    const state = { rights: { message: true }, endsAt: null, source: 'roster' as const, listed: true };
    const document: RosterGuardianshipRecord = { ...pair, ...state, createdAt: now, changedAt: now };
    const added = { verb: 'added', before: null, after: { endsAt: null }, write: { insertOne: { document } } } as const;
    return toChange('guardianship', { ...place, personIds: [parentId, childId] }, added);
  }
  if (before.source !== 'roster' || (before.listed ?? false) === wanted) return null;
  const { endsAt = null } = before;
  const after = wanted ? null : endsAt && endsAt < now ? endsAt : now;
  const $set = { endsAt: after, listed: wanted, changedAt: now };
  const write = { updateOne: { filter: { ...pair, source: 'roster' }, update: { $set } } };
  const verb = wanted ? 'restored' : 'ended';
  const differences = { before: { endsAt }, after: { endsAt: after } };
  return toChange('guardianship', { ...place, personIds: [parentId, childId] }, { verb, ...differences, write });
}

type TiePlace = { key: string; label: string } & ({ courseId: string; userId: string } | { personIds: string[] });

function toChange(
  kind: 'enrolment' | 'guardianship',
  place: TiePlace,
  change: Pick<RosterChange, 'verb' | 'before' | 'after'> & { write: object },
): RosterChange {
  const ids =
    'personIds' in place
      ? { personIds: place.personIds, courseIds: [] }
      : { personIds: [place.userId], courseIds: [place.courseId] };
  const announced = change.verb === 'recorded' ? { personIds: [], courseIds: [] } : ids;
  return {
    kind,
    ...change,
    key: place.key,
    label: place.label,
    write: change.write as RosterChange['write'],
    ...announced,
  };
}
