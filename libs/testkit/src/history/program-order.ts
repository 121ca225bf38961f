import type { DumpedMessage } from './database-dump.ts';
import type { DumpIndex } from './dump-index.ts';
import { isStoredAs, type SendLedger, type SendRecord, toOutcome } from './send-ledger.ts';
import type { Report } from './violations.ts';

interface PlacedSend {
  record: SendRecord;
  row: DumpedMessage;
  /** The latest moment at which the client still meant it to be sent. */
  until: number;
}

/**
 * I5: what one client sent in one room is stored in the order in which it was sent. A message that was attempted several
 * times may stand anywhere between its first and its last attempt; one that was given up without an answer may come at any
 * later time, as nobody waits for it any more.
 */
export function checkProgramOrder(ledger: SendLedger, index: DumpIndex, report: Report): void {
  for (const sends of groupPlaced(ledger, index).values()) {
    let latest: PlacedSend | undefined;
    for (const send of sends.sort((a, b) => a.row.seq - b.row.seq)) {
      if (latest && latest.record.firstInvoked > send.until) {
        const { client, chatRoomId } = send.record;
        const evidence = { client, chatRoomId, sentFirst: toPlace(send), storedFirst: toPlace(latest) };
        report({ invariant: 'I5', message: 'Two messages of a client are stored in the wrong order.', evidence });
      }
      if (!latest || send.record.firstInvoked > latest.record.firstInvoked) latest = send;
    }
  }
}

function groupPlaced({ sends }: SendLedger, index: DumpIndex): Map<string, PlacedSend[]> {
  const groups = new Map<string, PlacedSend[]>();
  for (const record of [...sends.values()].flat()) {
    const row = index.byKey.get(record.key);
    const outcome = toOutcome(record);
    // A refused message has no place to keep; that it is stored at all has been reported.
    if (!row || record.client === null || outcome === 'fail' || !isStoredAs(record, row)) continue;
    const until = outcome === 'unknown' ? Number.POSITIVE_INFINITY : record.lastInvoked;
    const group = `${record.client} ${record.chatRoomId}`;
    const placed = groups.get(group);
    if (placed) placed.push({ record, row, until });
    else groups.set(group, [{ record, row, until }]);
  }
  return groups;
}

function toPlace({ record, row }: PlacedSend) {
  return { clientMessageId: record.clientMessageId, seq: row.seq, lineOfFirstAttempt: record.firstInvoked };
}
