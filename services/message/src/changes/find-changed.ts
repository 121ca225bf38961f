import type { RoomMessage } from '@hallway/contracts';
import type { DescribeMessages } from '../messages/describe-messages.ts';
import type { MessagesRepository } from '../messages/messages.repository.ts';
import type { Room } from '../rooms/rooms.repository.ts';

export interface FindChangedDeps {
  messages: Pick<MessagesRepository, 'findChangedSince'>;
  describeMessages: DescribeMessages;
}

/** A room as a client has it up to a number, of which nothing up to another one is theirs to see. */
interface Seen {
  room: Pick<Room, 'id' | 'lastChangeAt'>;
  afterSeq: number;
  hiddenUpTo: number;
}

// Changes are dated by one service and asked for by the clock of another: what comes twice is harmless.
const clockSkewMs = 60_000;
// Rooms with changes that one answer looks into; in a long absence people edit in fewer rooms than that.
const roomsLookedInto = 50;

/**
 * What was edited or deleted since a time among the messages that a client has, by room. Rooms say when they last changed, so
 * that nearly always nothing has to be asked; one query for each that did. Of very many changes the newest come, as any page does.
 */
export function createFindChanged({ messages, describeMessages }: FindChangedDeps) {
  return async function findChanged(seen: Seen[], since: string | undefined): Promise<Map<string, RoomMessage[]>> {
    if (since === undefined) return new Map();
    const from = new Date(Date.parse(since) - clockSkewMs);
    const due = seen.filter(({ room }) => room.lastChangeAt !== null && room.lastChangeAt > from);
    const found = await Promise.all(
      due.slice(0, roomsLookedInto).map(async ({ room, afterSeq, hiddenUpTo }) => {
        const changed = await messages.findChangedSince(room.id, from);
        return changed.filter(({ seq }) => seq <= afterSeq && seq > hiddenUpTo);
      }),
    );
    return Map.groupBy(await describeMessages(found.flat()), (message) => message.chatRoomId);
  };
}

export type FindChanged = ReturnType<typeof createFindChanged>;
