import type { RoomAccess } from '../rooms/access-room.ts';
import type { RoomsRepository } from '../rooms/rooms.repository.ts';
import type { RaiseMarks } from './raise-marks.ts';
import type { ReadMarksReader } from './read-marks.reader.ts';

export interface MarkReadDeps {
  access: RoomAccess;
  rooms: RoomsRepository;
  readMarks: ReadMarksReader;
  raiseMarks: RaiseMarks;
}

export interface MarkRead {
  userId: string;
  chatRoomId: string;
  /** Beyond the end is the end; absent is the end too. */
  upToSeq?: number | undefined;
}

/** Says that a person has read a room up to a message. A mark below the present one changes nothing. */
export function createMarkRead({ access, rooms, readMarks, raiseMarks }: MarkReadDeps) {
  return async function markRead({ userId, chatRoomId, upToSeq }: MarkRead) {
    await access.accessRoom(chatRoomId, userId);
    const [found, marks] = await Promise.all([rooms.findRooms([chatRoomId]), readMarks.ofPerson(userId, [chatRoomId])]);
    const present = marks.get(chatRoomId) ?? 0;
    // The head was read beside the mark, which may stand further already.
    const lastSeq = Math.max(found.get(chatRoomId)?.lastSeq ?? 0, present);
    const lastReadSeq = Math.max(present, Math.min(upToSeq ?? lastSeq, lastSeq));
    if (lastReadSeq > present) {
      await raiseMarks(chatRoomId, [{ userId, lastReadSeq, readAt: new Date().toISOString() }]);
    }
    return { lastReadSeq, unread: lastSeq - lastReadSeq };
  };
}

export type MarkReadUseCase = ReturnType<typeof createMarkRead>;
