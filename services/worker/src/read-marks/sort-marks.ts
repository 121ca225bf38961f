import type { PendingMark } from '@hallway/bus';

export interface SortedMarks {
  /** Larger than what is stored. */
  toWrite: PendingMark[];
  /** `toWrite`, and those that an earlier run wrote and may not have announced. */
  toAnnounce: PendingMark[];
}

/**
 * Compares pending marks with the stored ones. A mark that is stored exactly, time included, and still pending was written
 * by a run that did not come to its end: nobody may have heard of it. Equal with another time is a mark that was set again.
 */
export function sortMarks(pending: PendingMark[], stored: ReadonlyMap<string, PendingMark>): SortedMarks {
  const toWrite: PendingMark[] = [];
  const toAnnounce: PendingMark[] = [];
  for (const mark of pending) {
    const now = stored.get(mark.userId);
    const isHigher = !now || now.lastReadSeq < mark.lastReadSeq;
    const wasWritten = now?.lastReadSeq === mark.lastReadSeq && now.readAt === mark.readAt;
    if (isHigher) toWrite.push(mark);
    if (isHigher || wasWritten) toAnnounce.push(mark);
  }
  return { toWrite, toAnnounce };
}
