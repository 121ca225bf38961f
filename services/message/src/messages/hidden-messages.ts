import type { StoredMessage } from './message-record.ts';
import type { SeqRange } from './messages.repository.ts';

/** The part of a range that a member may see, where nothing up to `hiddenUpTo` is theirs. Pure. */
export function toVisibleRange(range: SeqRange, hiddenUpTo: number): SeqRange {
  return { ...range, after: Math.max(range.after, hiddenUpTo) };
}

/**
 * The numbers of a range that a member may not see, each as one that no message took: whoever asks for what follows a number
 * gets every number that does, and clients skip these like any void. Bounded as the range is. Pure.
 */
export function toHiddenMessages({ roomId, after, upTo }: SeqRange, hiddenUpTo: number): StoredMessage[] {
  const end = Math.min(upTo, hiddenUpTo);
  return Array.from({ length: Math.max(0, end - after) }, (_, index) => toHidden(roomId, after + index + 1));
}

function toHidden(roomId: string, seq: number): StoredMessage {
  const id = roomId.slice(0, 12) + seq.toString(16).padStart(12, '0');
  return {
    id,
    roomId,
    seq,
    senderId: '0'.repeat(24),
    senderRole: 'admin',
    receiverId: null,
    receiverRole: null,
    content: '',
    messageType: 'system',
    clientMessageId: `void-${id}`,
    fingerprint: '',
    replyTo: null,
    createdAt: new Date(0),
    editedAt: null,
    deletedAt: null,
    changedAt: null,
    appliedChanges: [],
    isVoid: true,
  };
}
