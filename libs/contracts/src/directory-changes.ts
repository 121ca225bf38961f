import { type Static, Type } from 'typebox';
import { Id, Timestamp } from './primitives.ts';

/** Ids that one change names at most, so that a change stays a small packet; larger changes are several. */
export const idsPerDirectoryChange = 500;

const closed = { additionalProperties: false } as const;

export const DirectoryChangeKind = Type.Union([
  Type.Literal('person'),
  Type.Literal('course'),
  Type.Literal('enrolment'),
  Type.Literal('guardianship'),
  Type.Literal('block'),
  Type.Literal('settings'),
]);
export type DirectoryChangeKind = Static<typeof DirectoryChangeKind>;

/**
 * Something about people or where they belong has changed, from the auth service to everybody who remembers such facts. A
 * hint: it says whom to look up again, and never what is true now.
 */
export const DirectoryChange = Type.Object(
  {
    at: Timestamp,
    kind: DirectoryChangeKind,
    /** Whose own facts changed: both ends of an enrolment's, a family's or a block's tie, as far as they are people. */
    personIds: Type.Array(Id, { maxItems: idsPerDirectoryChange }),
    courseIds: Type.Array(Id, { maxItems: idsPerDirectoryChange }),
  },
  closed,
);
export type DirectoryChange = Static<typeof DirectoryChange>;
