import type { DumpedMessage } from './database-dump.ts';
import type { DumpIndex } from './dump-index.ts';
import type { DrawnMessage, FinalView } from './history-event.ts';
import type { RoomAccess } from './room-access.ts';
import type { SeenMessages } from './seen-messages.ts';
import type { SendLedger } from './send-ledger.ts';
import { createViewCompleteness, type View } from './view-completeness.ts';
import type { Report } from './violations.ts';

interface ViewDeps {
  index: DumpIndex;
  ledger: SendLedger;
  seen: SeenMessages;
  access: RoomAccess;
  report: Report;
  onLost: (key: string) => void;
}

/** Holds final views against the database: I1 and I9 for what is missing, I2 for what is there twice, I4 for the order. */
export function createFinalViews({ index, seen, access, report, ...deps }: ViewDeps) {
  const views = new Map<string, View>();
  const checkCompleteness = createViewCompleteness({ index, report, ...deps });
  const place = createPlacing({ index, seen, report });

  function viewOf({ client, userId, chatRoomId, fromSeq }: FinalView): View {
    const id = `${client} ${chatRoomId}`;
    const known = views.get(id);
    if (known) return known;
    const shown = new Uint8Array((index.rooms.get(chatRoomId)?.head ?? 0) + 1);
    const view = { client, userId, chatRoomId, fromSeq: Math.max(1, fromSeq), shown, lastPlaced: 0, drawn: [] };
    views.set(id, view);
    return view;
  }

  function finishView(view: View): void {
    const { client, userId, chatRoomId } = view;
    const room = index.rooms.get(chatRoomId);
    if (room && access.isMember(userId, chatRoomId)) {
      checkCompleteness(view, room);
      return;
    }
    if (access.wasMember(userId, chatRoomId) || !view.shown.includes(1)) return;
    const evidence = { client, userId, chatRoomId };
    report({ invariant: 'I6', message: 'Somebody who is no member shows messages of a room.', evidence });
  }

  return {
    add(event: FinalView): void {
      const view = viewOf(event);
      for (const drawn of event.messages) place(view, drawn);
    },
    has: (client: string, chatRoomId: string): boolean => views.has(`${client} ${chatRoomId}`),
    count: (): number => views.size,
    finish(): void {
      for (const view of views.values()) finishView(view);
    },
  };
}

export type FinalViews = ReturnType<typeof createFinalViews>;

function createPlacing({ index, seen, report }: Pick<ViewDeps, 'index' | 'seen' | 'report'>) {
  function checkPlace({ client, chatRoomId, shown, lastPlaced }: View, seq: number, row: DumpedMessage): void {
    const evidence = { client, chatRoomId, seq, messageId: row.id, after: lastPlaced };
    if (shown[row.seq] === 1) {
      report({ invariant: 'I2', message: 'A final view shows a message twice.', evidence });
    } else if (seq === row.seq && seq < lastPlaced) {
      report({ invariant: 'I4', message: 'A final view is not in the order of seq.', evidence });
    }
  }

  return function place(view: View, drawn: DrawnMessage): void {
    if (drawn.isVoid) return;
    const { seq, messageId } = drawn;
    if (seq === null || messageId === null) {
      view.drawn.push(drawn);
      return;
    }
    const { client, chatRoomId } = view;
    const row = seen.see({ ...drawn, seq, messageId }, { client, chatRoomId, how: 'final' });
    // Where two stored messages share a seq, a view shows both, and the database has been blamed already.
    if (!row || index.rooms.get(chatRoomId)?.bySeq.get(row.seq) !== row) return;
    checkPlace(view, seq, row);
    view.shown[row.seq] = 1;
    view.lastPlaced = Math.max(view.lastPlaced, row.seq);
  };
}
