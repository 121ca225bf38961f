import type { Connection } from 'mongoose';
import { firstObjectIdAt, type ObjectId, toObjectId } from '../object-ids.ts';
import type { Sent } from './find-candidates.ts';

interface MessageDocument {
  _id: ObjectId;
  roomId: ObjectId;
  seq: number;
  senderId: ObjectId;
  createdAt: Date;
  isVoid?: true;
  deletedAt?: Date;
}

export interface SentMessage extends Sent {
  id: string;
}

// Contents stay where they are: nothing here is about what was written.
const projection = { roomId: 1, seq: 1, senderId: 1, createdAt: 1, isVoid: 1, deletedAt: 1 } as const;

/** Reads messages. The message service is their only writer. */
export function createSentMessagesRepository(connection: Connection) {
  const messages = connection.collection<MessageDocument>('messages');

  return {
    /** Messages of a room above a `seq`, ascending, without void and deleted ones. A bounded range if `above` is recent. */
    async listAbove(roomId: string, above: number): Promise<SentMessage[]> {
      const found = await messages.find({ roomId: toObjectId(roomId), seq: { $gt: above } }, { projection }).toArray();
      return found
        .filter(isThere)
        .map(toSentMessage)
        .sort((a, b) => a.seq - b.seq);
    },

    /**
     * A page of all messages since a time, by id. Ids begin with the second in which they were made, so that this is a
     * range of the primary index and needs no index of its own. `next` is null after the last page.
     */
    async listSince(since: Date | string, limit: number): Promise<{ page: SentMessage[]; next: string | null }> {
      const after = typeof since === 'string' ? toObjectId(since) : firstObjectIdAt(since);
      const found = await messages
        .find({ _id: { $gt: after } }, { projection })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      const next = found.length < limit ? null : (found.at(-1)?._id.toHexString() ?? null);
      return { page: found.filter(isThere).map(toSentMessage), next };
    },
  };
}

export type SentMessagesRepository = ReturnType<typeof createSentMessagesRepository>;

function isThere({ isVoid, deletedAt }: MessageDocument): boolean {
  return !isVoid && !deletedAt;
}

function toSentMessage({ _id, roomId, seq, senderId, createdAt }: MessageDocument): SentMessage {
  return {
    id: _id.toHexString(),
    chatRoomId: roomId.toHexString(),
    seq,
    senderId: senderId.toHexString(),
    sentAt: createdAt,
  };
}
