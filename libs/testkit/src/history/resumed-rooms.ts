import type { DumpIndex } from './dump-index.ts';
import type { RoomResumed } from './history-event.ts';
import type { Invariant, Report } from './violations.ts';

/**
 * An answer that says that it is complete is: every number from `afterSeq` to the head, once, ascending. A client that
 * trusts one that is not has lost a message (I1), shows it twice (I2) or elsewhere (I4). A number that the database lacks
 * as well is no fault of the answer, but of the numbering, which is checked for itself.
 */
export function checkResumed(event: RoomResumed, index: DumpIndex, report: Report): void {
  const { client, chatRoomId, afterSeq, lastSeq, complete, seqs } = event;
  const room = index.rooms.get(chatRoomId);
  const evidence = { client, chatRoomId, afterSeq, lastSeq, messages: seqs.length };
  const wrong = (invariant: Invariant, message: string, more = {}) =>
    report({ invariant, message, evidence: { ...evidence, ...more } });
  if (lastSeq > (room?.head ?? 0)) {
    wrong('I7', 'An answer names a head beyond the last message.', { head: room?.head ?? 0 });
    return;
  }
  if (!complete || isExactly(event)) return;
  const given = new Set(seqs);
  const missing = listMissing(event, given).find((seq) => room?.bySeq.has(seq));
  if (missing !== undefined) wrong('I1', 'An answer that said it was complete lacks a message.', { seq: missing });
  else if (given.size < seqs.length) wrong('I2', 'An answer brings a message twice.');
  else if (!isAscendingWithin(event)) wrong('I4', 'An answer is not in the order of seq, or goes beyond its ends.');
}

function isExactly({ afterSeq, lastSeq, seqs }: RoomResumed): boolean {
  return seqs.length === Math.max(0, lastSeq - afterSeq) && seqs.every((seq, place) => seq === afterSeq + 1 + place);
}

function listMissing({ afterSeq, lastSeq }: RoomResumed, given: Set<number>): number[] {
  const wanted = Array.from({ length: Math.max(0, lastSeq - afterSeq) }, (_, place) => afterSeq + 1 + place);
  return wanted.filter((seq) => !given.has(seq));
}

function isAscendingWithin({ afterSeq, lastSeq, seqs }: RoomResumed): boolean {
  return seqs.every((seq, place) => seq > (seqs[place - 1] ?? afterSeq) && seq <= lastSeq);
}
