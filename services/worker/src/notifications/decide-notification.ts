import type { SentMessage } from './sent-messages.repository.ts';

/** What is known when a notification is due. */
export interface Situation {
  userId: string;
  /** The first message that it was planned for. */
  fromSeq: number;
  isMember: boolean;
  /** The account is open. */
  isActive: boolean;
  isOnline: boolean;
  readUpTo: number;
  /** The room's head. */
  lastSeq: number;
  /** The newest messages of the room above `readUpTo`, ascending. */
  messages: SentMessage[];
}

export type Decision =
  | { outcome: 'nothing'; why: 'not-a-member' | 'deactivated' | 'read' }
  | { outcome: 'skip'; why: 'online'; newest: SentMessage; count: number }
  | { outcome: 'tell'; newest: SentMessage; count: number };

/**
 * Whether a person is told now. Somebody who is connected is not: their client has shown the messages, or is about to.
 */
export function decideNotification(situation: Situation): Decision {
  const { userId, fromSeq, isMember, isActive, isOnline, readUpTo, lastSeq, messages } = situation;
  if (!isMember) return { outcome: 'nothing', why: 'not-a-member' };
  if (!isActive) return { outcome: 'nothing', why: 'deactivated' };
  const newest = messages.findLast((message) => message.senderId !== userId);
  if (!newest || newest.seq < fromSeq) return { outcome: 'nothing', why: 'read' };
  // What the badge shows is what people are told: unread is a subtraction, here as everywhere.
  const count = lastSeq - readUpTo;
  if (isOnline) return { outcome: 'skip', why: 'online', newest, count };
  return { outcome: 'tell', newest, count };
}
