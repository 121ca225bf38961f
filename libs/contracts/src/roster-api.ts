import { type Static, Type } from 'typebox';
import { Id, Nullable, Timestamp } from './primitives.ts';

const closed = { additionalProperties: false } as const;
const Switch = Type.Optional(Type.Union([Type.Literal('true'), Type.Literal('false')]));

/** How an uploaded roster is imported. What is absent is false. */
export const RosterImportQuery = Type.Object({
  dryRun: Switch,
  delta: Switch,
  confirmRemovals: Switch,
  adoptAccounts: Switch,
});
export type RosterImportQuery = Static<typeof RosterImportQuery>;

/** Largest uploaded ZIP, in bytes: a hundred times that of a university with 50,000 people. */
export const rosterUploadBytes = 256 * 1024 * 1024;

export const RosterImportJob = Type.Object(
  {
    id: Id,
    /**
     * `running`; `compared`, `imported`, `unchanged`: done; `faulty`, `stopped` (by the guard against removals), `busy` (another
     * import was running): nothing was written; `failed`, `interrupted`: running it again finishes what was begun.
     */
    state: Type.String(),
    startedAt: Timestamp,
    actorId: Id,
    /** One line about where it is. */
    progress: Nullable(Type.String()),
    /** What was found and done, as lines for people; empty while it runs. */
    lines: Type.Array(Type.String()),
    /** The same for programs: faults, notes, the difference by kind. */
    outcome: Nullable(Type.Record(Type.String(), Type.Unknown())),
  },
  closed,
);
export type RosterImportJob = Static<typeof RosterImportJob>;

/**
 * With what a command ends that imported a roster, by the state of the import. 2 stands for a command that was not understood,
 * and 3 for a Hallway that cannot be reached. Schedulers tell by it whether somebody has to look at the export (6), at the
 * difference (4), or at nothing yet (5).
 */
export const rosterExitCodes = {
  compared: 0,
  unchanged: 0,
  imported: 0,
  failed: 1,
  interrupted: 1,
  stopped: 4,
  busy: 5,
  faulty: 6,
} as const;

/** For a state that a newer Hallway may know: it failed, as far as we can tell. */
export function toRosterExitCode(state: string): number {
  return new Map<string, number>(Object.entries(rosterExitCodes)).get(state) ?? rosterExitCodes.failed;
}

export const RosterImportAnswer = Type.Object({ import: RosterImportJob }, closed);
export type RosterImportAnswer = Static<typeof RosterImportAnswer>;
