import type { DumpedRoomIndex, DumpIndex } from './dump-index.ts';
import type { CountsShown, FinalView, ReadAcknowledged } from './history-event.ts';
import type { RoomAccess } from './room-access.ts';
import type { Report } from './violations.ts';

interface CountDeps {
  index: DumpIndex;
  access: RoomAccess;
  report: Report;
}

interface AcknowledgedMark {
  userId: string;
  chatRoomId: string;
  upTo: number;
}

type Wrong = (message: string, evidence: Record<string, unknown>) => void;

/** I7: heads, read marks and what is unread. */
export function createShownCounts({ index, access, report }: CountDeps) {
  const finals = new Map<string, FinalView>();
  const wrong: Wrong = (message, evidence) => report({ invariant: 'I7', message, evidence });
  const acknowledged = createAcknowledgedMarks(index, wrong);

  function checkShown({ kind, client, chatRoomId, lastSeq, lastReadSeq, unread }: CountsShown | FinalView): void {
    const head = index.rooms.get(chatRoomId)?.head ?? 0;
    const evidence = { kind, client, chatRoomId, lastSeq, lastReadSeq, unread, head };
    if (unread !== lastSeq - lastReadSeq) wrong('What is unread is not the head less the read mark.', evidence);
    if (lastReadSeq > lastSeq || lastSeq > head) wrong('A mark or a head is beyond the last message.', evidence);
  }

  function checkFinal(final: FinalView): void {
    const room = index.rooms.get(final.chatRoomId);
    if (!room || !access.isMember(final.userId, room.id)) return;
    checkShown(final);
    const fault = compareFinal(final, room);
    if (!fault) return;
    const { client, lastSeq, lastReadSeq } = final;
    const mark = room.marks.get(final.userId) ?? 0;
    wrong(fault, { client, chatRoomId: room.id, lastSeq, head: room.head, lastReadSeq, mark });
  }

  return {
    addShown: checkShown,
    /** Of the events of one view the last one counts. */
    addFinal(event: FinalView): void {
      finals.set(`${event.client} ${event.chatRoomId}`, { ...event, messages: [] });
    },
    addMark: acknowledged.raise,
    addRead: acknowledged.addRead,
    finish(): void {
      for (const room of index.rooms.values()) checkRoom(room, wrong);
      for (const final of finals.values()) checkFinal(final);
      acknowledged.finish();
    },
  };
}

function createAcknowledgedMarks(index: DumpIndex, wrong: Wrong) {
  const marks = new Map<string, AcknowledgedMark>();

  function raise({ userId, chatRoomId, upTo }: AcknowledgedMark): void {
    const person = `${userId} ${chatRoomId}`;
    if ((marks.get(person)?.upTo ?? 0) < upTo) marks.set(person, { userId, chatRoomId, upTo });
  }

  return {
    raise,

    addRead({ client, userId, chatRoomId, lastReadSeq }: ReadAcknowledged): void {
      const head = index.rooms.get(chatRoomId)?.head ?? 0;
      const evidence = { client, chatRoomId, lastReadSeq, head };
      if (lastReadSeq > head) wrong('A read mark beyond the last message was acknowledged.', evidence);
      raise({ userId, chatRoomId, upTo: lastReadSeq });
    },

    finish(): void {
      for (const { userId, chatRoomId, upTo } of marks.values()) {
        const room = index.rooms.get(chatRoomId);
        const mark = room?.marks.get(userId) ?? 0;
        // A mark beyond the head comes with a message that is not stored, which is another promise.
        if (mark >= Math.min(upTo, room?.head ?? 0)) continue;
        wrong('A read mark is below one that was acknowledged.', { chatRoomId, userId, mark, acknowledged: upTo });
      }
    },
  };
}

function checkRoom({ id, lastSeq, head, marks }: DumpedRoomIndex, wrong: Wrong): void {
  if (lastSeq !== head) wrong('The head of a room is not its last message.', { chatRoomId: id, lastSeq, head });
  for (const [userId, mark] of marks) {
    if (mark > head) wrong('A read mark is beyond the last message.', { chatRoomId: id, userId, mark, head });
  }
}

/** Whether the final numbers are those of the database. What lies beyond the head has been reported as such. */
function compareFinal({ userId, lastSeq, lastReadSeq }: FinalView, { head, marks }: DumpedRoomIndex): string | null {
  if (lastSeq < head) return 'A client shows another head than the database has.';
  const mark = marks.get(userId) ?? 0;
  if (lastReadSeq === mark || lastReadSeq > lastSeq || mark > head) return null;
  return 'A client shows another read mark than the database has.';
}
