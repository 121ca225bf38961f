import type { Readable } from 'node:stream';

/** The files of OneRoster 1.2 that are read, in the order in which they refer to each other. */
export const rosterFileNames = [
  'orgs',
  'academicSessions',
  'courses',
  'classes',
  'users',
  'roles',
  'enrollments',
] as const;
export type RosterFileName = (typeof rosterFileNames)[number];

/** A delivery of a roster: a ZIP or a folder. */
export interface RosterFiles {
  /** Names without `.csv`, as far as they are there. */
  names: ReadonlySet<string>;
  /** Reads a file from its beginning; as often as needed. Rejects for one that is not there. */
  open(name: string): Promise<Readable>;
  close(): void;
}

/** The delivery itself cannot be read: no ZIP, a bomb, no such folder. Its message is for whoever delivered it. */
export class UnreadableRoster extends Error {}

/**
 * A roster of a university with 200,000 people has an enrollments.csv of some 200 MB. What is larger than these bounds is a
 * mistake or an attack.
 */
export const fileBounds = {
  /** Entries of a ZIP, or files of a folder: OneRoster knows some twenty. */
  entries: 100,
  bytesPerFile: 1024 ** 3,
  bytesTogether: 2 * 1024 ** 3,
  /** CSV shrinks ten- to thirtyfold. */
  ratio: 200,
  /** Small files may shrink as they like: the ratio cannot hurt there. */
  ratioFromBytes: 10 * 1024 ** 2,
} as const;
