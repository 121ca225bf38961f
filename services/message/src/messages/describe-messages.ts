import type { RoomMessage } from '@hallway/contracts';
import type { ReadMarksReader } from '../read-marks/read-marks.reader.ts';
import { type StoredMessage, toRoomMessage } from './message-record.ts';

/** Brings messages into the form of the wire, with whether their receivers have read them. One query for all rooms. */
export function createDescribeMessages({ readMarks }: { readMarks: ReadMarksReader }) {
  return async function describeMessages(messages: StoredMessage[]): Promise<RoomMessage[]> {
    const direct = messages.filter((message) => message.receiverId !== null).map((message) => message.roomId);
    const marks = await readMarks.ofDirectRooms([...new Set(direct)]);
    return messages.map((message) =>
      toRoomMessage(message, marks.get(message.roomId)?.get(message.receiverId ?? '') ?? 0),
    );
  };
}

export type DescribeMessages = ReturnType<typeof createDescribeMessages>;
