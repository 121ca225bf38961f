import type { mongo } from 'mongoose';

export const changeKinds = ['term', 'course', 'section', 'person', 'guardianship', 'enrolment'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/**
 * `restored` is what had ended and is back; `recorded` changes nothing that anybody sees, but what is remembered of the roster.
 */
export const changeVerbs = ['added', 'changed', 'restored', 'ended', 'recorded'] as const;
export type ChangeVerb = (typeof changeVerbs)[number];

export interface RosterChange {
  kind: ChangeKind;
  verb: ChangeVerb;
  /** The roster's id, or both ids of a tie. */
  key: string;
  /** For people: a name or a title. */
  label: string;
  /** What differs, for the report. Nothing secret. */
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  write: mongo.AnyBulkWriteOperation<never>;
  /** Whom and what to look up again. */
  personIds: string[];
  courseIds: string[];
  /** Sessions that the change ends. */
  endSessions?: { userId: string; reason: 'deactivated' | 'role-changed' };
}

export interface ChangeBatch {
  kind: ChangeKind;
  /** At most `changesPerBatch`. */
  changes: RosterChange[];
  /** Things of the roster that were looked at and are in force, which is what removals are measured by. */
  inForce: number;
}

/** One `bulkWrite` each: large enough to be quick, small enough for other writers to get between two. */
export const changesPerBatch = 500;

/** Puts what `before` and `after` do not share into the form of a report; null when they are the same. */
export function differing(before: Record<string, unknown>, after: Record<string, unknown>) {
  const keys = Object.keys(after).filter(
    (key) => JSON.stringify(before[key] ?? null) !== JSON.stringify(after[key] ?? null),
  );
  if (keys.length === 0) return null;
  const pick = (from: Record<string, unknown>) => Object.fromEntries(keys.map((key) => [key, from[key] ?? null]));
  return { before: pick(before), after: pick(after) };
}
