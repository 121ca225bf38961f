import type { DatabaseDump, DumpedMessage } from './database-dump.ts';
import { toSendKey } from './dump-index.ts';
import type { Report } from './violations.ts';

/** I2 and I3 as far as the database alone decides them. Void messages take numbers like any others. */
export function checkStoredRows({ messages }: DatabaseDump, report: Report): void {
  const keys = new Map<string, DumpedMessage>();
  for (const message of messages) {
    const key = toSendKey(message);
    const first = keys.get(key);
    if (first) report({ invariant: 'I2', message: 'A message is stored twice.', evidence: { first, second: message } });
    else keys.set(key, message);
  }
  for (const [chatRoomId, rows] of Map.groupBy(messages, (message) => message.chatRoomId)) {
    checkNumbers(chatRoomId, rows, report);
  }
}

function checkNumbers(chatRoomId: string, rows: DumpedMessage[], report: Report): void {
  let previous: DumpedMessage | undefined;
  for (const row of rows.toSorted((a, b) => a.seq - b.seq)) {
    const before = previous?.seq ?? 0;
    if (row.seq === before) {
      const evidence = { chatRoomId, seq: row.seq, messageIds: [previous?.id, row.id] };
      report({ invariant: 'I3', message: 'Two messages of a room have one seq.', evidence });
    } else if (row.seq !== before + 1) {
      const evidence = { chatRoomId, after: before, next: row.seq };
      report({ invariant: 'I3', message: 'Numbers of a room are taken by no message.', evidence });
    }
    previous = row;
  }
}
