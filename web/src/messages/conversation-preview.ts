import type { Conversation, PublicUser } from '@hallway/contracts';
import { toShortName } from '../words/people.ts';

/**
 * The one line under a conversation's name: who, where that is not obvious, and what.
 * @param findPerson a person met so far, for the names in rooms of many
 */
export function toPreview(
  conversation: Conversation,
  myId: string,
  findPerson: (userId: string) => PublicUser | undefined,
): string {
  const last = conversation.lastMessage;
  if (last === null || last.isVoid) return 'No messages yet';
  const content = last.deletedAt === undefined ? last.content.replaceAll(/\s+/g, ' ').trim() : 'Message deleted';
  if (last.messageType === 'system') return content;
  if (last.senderId === myId) return `You: ${content}`;
  if (conversation.chatRoom.type === 'direct') return content;
  const sender = findPerson(last.senderId) ?? conversation.chatRoom.participants.find((p) => p.id === last.senderId);
  return sender === undefined ? content : `${toShortName(sender.name)}: ${content}`;
}
