import type { Log } from '@hallway/platform';
import { newObjectId, toObjectId } from '../object-ids.ts';
import type { RoomsRepository } from '../rooms/rooms.repository.ts';
import type { MessageDocument, StoredMessage } from './message-record.ts';
import type { MessagesRepository } from './messages.repository.ts';
import { findGaps, type RoomHeads } from './room-heads.ts';

export interface AdvanceHeadsDeps {
  rooms: RoomsRepository;
  messages: MessagesRepository;
  heads: RoomHeads;
  log: Log;
}

/**
 * Moves the heads of rooms up to these messages. A head never passes a number that nobody took: where one is open, because a
 * writer died, failed, or found only by the index that its send was a repeat, a void message takes it first. A writer that
 * was merely slow then meets the index, and takes a later number. Idempotent. Nothing above a head is ever read.
 */
export function createAdvanceHeads({ rooms, messages, heads, log }: AdvanceHeadsDeps) {
  async function closeGaps(newest: StoredMessage, closed: number, ownSeqs: number[]): Promise<void> {
    if (findGaps(closed, newest.seq, ownSeqs).length === 0) return;
    const gaps = findGaps(closed, newest.seq, await messages.findSeqsAbove(newest.roomId, closed));
    if (gaps.length === 0) return;
    log.warn({ chatRoomId: newest.roomId, numbers: gaps.length }, 'numbers that nobody took were filled');
    // A refused void means that somebody took the number after all.
    await messages.insertBatch(gaps.map((seq) => toVoid(newest, seq)));
  }

  return async function advanceHeads(stored: StoredMessage[]): Promise<void> {
    const byRoom = Map.groupBy(stored, (message) => message.roomId);
    const closed = await heads.closedUpTo([...byRoom.keys()]);
    const due = [...byRoom].flatMap(([roomId, group]) => {
      const newest = group.reduce((a, b) => (a.seq > b.seq ? a : b));
      const from = closed.get(roomId) ?? 0;
      return newest.seq > from ? [{ newest, from, seqs: group.map((message) => message.seq) }] : [];
    });
    await Promise.all(due.map(({ newest, from, seqs }) => closeGaps(newest, from, seqs)));
    await rooms.advanceHeads(
      due.map(({ newest }) => ({ roomId: newest.roomId, lastSeq: newest.seq, lastMessageAt: newest.createdAt })),
    );
    for (const { newest } of due) heads.close(newest.roomId, newest.seq);
  };
}

export type AdvanceHeads = ReturnType<typeof createAdvanceHeads>;

function toVoid(neighbour: StoredMessage, seq: number): MessageDocument {
  const id = newObjectId();
  return {
    _id: id,
    roomId: toObjectId(neighbour.roomId),
    seq,
    senderId: toObjectId(neighbour.senderId),
    senderRole: neighbour.senderRole,
    receiverId: neighbour.receiverId === null ? null : toObjectId(neighbour.receiverId),
    receiverRole: neighbour.receiverRole,
    content: '',
    messageType: 'system',
    clientMessageId: `void-${id.toHexString()}`,
    fingerprint: '',
    createdAt: new Date(),
    isVoid: true,
  };
}
