import type { DirectMessage, RoomMessage } from '@hallway/contracts';
import { digestContent, type SeenMessage } from './history-event.ts';

/** A message of the wire as a history tells it, from `receiveMessage`, `new_message`, or any answer that brings messages. */
export function toSeenMessage(message: RoomMessage | DirectMessage): SeenMessage {
  const { id: messageId, seq, clientMessageId } = message;
  const [senderId, content] = 'text' in message ? [message.from, message.text] : [message.senderId, message.content];
  const digest = digestContent(content);
  return { seq, messageId, senderId, clientMessageId, digest, ...(message.isVoid ? { isVoid: true } : {}) };
}
