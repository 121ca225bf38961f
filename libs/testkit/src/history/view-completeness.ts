import type { DumpedMessage } from './database-dump.ts';
import { type DumpedRoomIndex, type DumpIndex, toSendKey } from './dump-index.ts';
import type { DrawnMessage } from './history-event.ts';
import type { SendLedger } from './send-ledger.ts';
import type { Report } from './violations.ts';

/** One client's final view of one room, as far as it has been read. */
export interface View {
  client: string;
  userId: string;
  chatRoomId: string;
  fromSeq: number;
  /** 1 at each seq that is shown: a view costs a byte a message, so that hundreds of long ones fit. */
  shown: Uint8Array;
  lastPlaced: number;
  /** Messages that were drawn and never placed. */
  drawn: DrawnMessage[];
}

interface CompletenessDeps {
  index: DumpIndex;
  ledger: SendLedger;
  report: Report;
  onLost: (key: string) => void;
}

// What a view lacks is told by its first few numbers and how many there are.
const namedMissing = 10;

/** Checks that a whole view shows what is stored (I1, I9), and does not draw it once more as unsent (I2). */
export function createViewCompleteness({ index, ledger, report, onLost }: CompletenessDeps) {
  /** Which promise is broken when a view lacks this message; null when another check has said so. */
  function judgeMissing(row: DumpedMessage): 'I1' | 'I9' | null {
    const key = toSendKey(row);
    const outcome = ledger.outcomeOf(key, row.digest);
    // A refused message should not be stored in the first place, and the ledger has said so.
    if (outcome === 'fail') return null;
    if (outcome === 'unknown' || outcome === 'pending') return 'I9';
    onLost(key);
    return 'I1';
  }

  function checkMissing(view: View, room: DumpedRoomIndex): void {
    const missing = Map.groupBy(listUnshown(view, room), judgeMissing);
    for (const invariant of ['I1', 'I9'] as const) {
      const seqs = missing.get(invariant)?.map((row) => row.seq) ?? [];
      if (seqs.length === 0) continue;
      const { client, chatRoomId } = view;
      const message = `A final view lacks stored messages${invariant === 'I9' ? ' of unknown outcome' : ''}.`;
      const evidence = { client, chatRoomId, missing: seqs.length, first: seqs.slice(0, namedMissing) };
      report({ invariant, message, evidence });
    }
  }

  function checkDrawn(view: View): void {
    for (const drawn of view.drawn) {
      const row = index.byKey.get(toSendKey({ ...drawn, chatRoomId: view.chatRoomId }));
      if (!row || view.shown[row.seq] !== 1) continue;
      const evidence = { client: view.client, chatRoomId: view.chatRoomId, seq: row.seq, messageId: row.id };
      report({ invariant: 'I2', message: 'A final view shows a stored message and draws it once more.', evidence });
    }
  }

  return function checkCompleteness(view: View, room: DumpedRoomIndex): void {
    checkDrawn(view);
    checkMissing(view, room);
  };
}

function* listUnshown({ fromSeq, shown }: View, { head, bySeq }: DumpedRoomIndex): Generator<DumpedMessage> {
  for (let seq = fromSeq; seq <= head; seq += 1) {
    const row = shown[seq] === 1 ? undefined : bySeq.get(seq);
    if (row && !row.isVoid) yield row;
  }
}
