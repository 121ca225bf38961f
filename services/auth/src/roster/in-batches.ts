import { type ChangeBatch, type ChangeKind, changesPerBatch, type RosterChange } from './roster-changes.ts';

/** One thing that was looked at: what must change, if anything, and whether it is in force before. */
export interface Compared {
  change: RosterChange | null;
  inForce: boolean;
}

/** Gathers changes; the last batch may hold none and only count. */
export async function* inBatches(kind: ChangeKind, compared: AsyncIterable<Compared>): AsyncGenerator<ChangeBatch> {
  let changes: RosterChange[] = [];
  let inForce = 0;
  for await (const { change, inForce: counts } of compared) {
    if (counts) inForce += 1;
    if (change) changes.push(change);
    if (changes.length < changesPerBatch) continue;
    yield { kind, changes, inForce };
    changes = [];
    inForce = 0;
  }
  yield { kind, changes, inForce };
}

/** Slices of a list that is walked once, none empty. */
export function* slicesOf<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let slice: T[] = [];
  for (const item of items) {
    slice.push(item);
    if (slice.length < size) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}
