export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9';

/** What each invariant says, for reports. */
export const invariants: Record<Invariant, string> = {
  I1: 'Every acknowledged message is stored as it was sent, and in the end every member shows it.',
  I2: 'No message is stored or shown twice.',
  I3: 'The seq of a room is unique and contiguous from 1.',
  I4: 'Everybody shows the messages of a room in the order of seq.',
  I5: 'The messages of one client in one room keep the order in which they were sent.',
  I6: 'Nothing is seen that was refused or never sent, and nothing by people who are no members.',
  I7: 'Unread is the head less the read mark, and both are what the database says.',
  I8: 'A notification has its effect at most once for a person, message and channel.',
  I9: 'A send of unknown outcome ends as stored and shown to all, or as neither.',
};

export interface Violation {
  invariant: Invariant;
  message: string;
  /** Ids, numbers and places: enough to find the lines in the log. */
  evidence: Record<string, unknown>;
}

export type Report = (violation: Violation) => void;

// Enough to see a pattern; a broken build breaks the same promise ten thousand times.
const keptPerInvariant = 20;

/** Keeps the first violations of each invariant and counts all of them. */
export function collectViolations() {
  const violations: Violation[] = [];
  const totals: Partial<Record<Invariant, number>> = {};

  const report: Report = (violation) => {
    const total = (totals[violation.invariant] ?? 0) + 1;
    totals[violation.invariant] = total;
    if (total <= keptPerInvariant) violations.push(violation);
  };

  return { violations, totals, report };
}
