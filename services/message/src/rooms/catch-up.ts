import type { CatchUp } from '@hallway/contracts';
import type { DescribeMessages } from '../messages/describe-messages.ts';
import { isComplete, toCatchUpRange } from '../messages/list-messages.ts';
import type { MessagesRepository } from '../messages/messages.repository.ts';
import type { ReadMarksReader } from '../read-marks/read-marks.reader.ts';
import type { Room } from './rooms.repository.ts';

export interface CatchUpDeps {
  messages: MessagesRepository;
  readMarks: ReadMarksReader;
  describeMessages: DescribeMessages;
}

/** A room, and up to where a client has it; undefined for a client that has nothing. */
export interface Seen {
  room: Room;
  afterSeq?: number | undefined;
}

/** What a person misses in several rooms at once, by room. A constant number of queries, however many rooms. */
export function createCatchUp({ messages, readMarks, describeMessages }: CatchUpDeps) {
  return async function catchUp(userId: string, seen: Seen[]): Promise<Map<string, CatchUp>> {
    const ranges = seen.map(({ room, afterSeq }) => ({ roomId: room.id, ...toCatchUpRange(afterSeq, room.lastSeq) }));
    const roomIds = seen.map(({ room }) => room.id);
    const [missing, marks] = await Promise.all([messages.findRanges(ranges), readMarks.ofPerson(userId, roomIds)]);
    const described = Map.groupBy(
      await describeMessages([...missing.values()].flat()),
      (message) => message.chatRoomId,
    );
    return new Map(
      seen.map(({ room, afterSeq }, index) => [
        room.id,
        {
          lastSeq: room.lastSeq,
          lastReadSeq: marks.get(room.id) ?? 0,
          messages: described.get(room.id) ?? [],
          complete: isComplete(ranges[index] ?? { after: 0, upTo: 0 }, afterSeq, room.lastSeq),
        },
      ]),
    );
  };
}

export type CatchUpUseCase = ReturnType<typeof createCatchUp>;
