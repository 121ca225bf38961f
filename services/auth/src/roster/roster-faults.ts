/** Something in a file that keeps the roster from being imported. */
export interface RosterFault {
  /** With its ending, such as `users.csv`. */
  file: string;
  /** Where its row ends, the header being line 1; 0 for a file as a whole. */
  line: number;
  message: string;
}

/** As many as somebody will read before they mend the export; the count tells about the rest. */
const keptFaults = 200;
/** Notes of one kind: a few show the pattern. */
const notesPerKind = 5;

/** Gathers what is wrong and what is worth knowing. Counts everything and keeps a bounded part. */
export function createRosterFaults() {
  const faults: RosterFault[] = [];
  const notes = new Map<string, { count: number; examples: string[] }>();
  let count = 0;

  return {
    add(fault: RosterFault): void {
      count += 1;
      if (faults.length < keptFaults) faults.push(fault);
    },
    /** Something that is imported otherwise than somebody might expect, or not at all. `what` is constant. */
    note(what: string, example?: string): void {
      const noted = notes.get(what) ?? { count: 0, examples: [] };
      noted.count += 1;
      if (example !== undefined && noted.examples.length < notesPerKind) noted.examples.push(example);
      notes.set(what, noted);
    },
    get count() {
      return count;
    },
    list: (): readonly RosterFault[] => faults,
    listNotes: () => [...notes].map(([what, { count: times, examples }]) => ({ what, count: times, examples })),
  };
}

export type RosterFaults = ReturnType<typeof createRosterFaults>;
export type RosterNote = ReturnType<RosterFaults['listNotes']>[number];
