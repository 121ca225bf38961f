import type { Conversation, PublicUser, RoomMessage } from '@hallway/contracts';
import { describe, expect, it } from 'vitest';
import { toPreview } from './conversation-preview.ts';

const sarah: PublicUser = { id: 'sarah', username: 'sarah', name: 'Sarah Ali', role: 'student' };

function conversation(last: Partial<RoomMessage> | null, type: 'direct' | 'group' = 'direct'): Conversation {
  const chatRoom = { type, participants: [sarah] } as unknown as Conversation['chatRoom'];
  const lastMessage =
    last === null ? null : ({ content: 'Hi', senderId: 'sarah', messageType: 'text', ...last } as RoomMessage);
  return { chatRoom, lastMessage, with: null, lastReadSeq: 0, unread: 0, lastActivityAt: '' };
}

const preview = (given: Conversation) => toPreview(given, 'john', () => undefined);

describe('toPreview', () => {
  it.each([
    ['I wrote it', conversation({ senderId: 'john' }), 'You: Hi'],
    ['the other person wrote it', conversation({}), 'Hi'],
    ['it came to a room of many', conversation({}, 'group'), 'Sarah: Hi'],
    ['its sender is unknown', conversation({ senderId: 'x' }, 'group'), 'Hi'],
    ['it has several lines', conversation({ content: ' a\n\n b ' }), 'a b'],
    ['it was deleted', conversation({ content: '', deletedAt: 'then' }), 'Message deleted'],
    ['nobody wrote', conversation(null), 'No messages yet'],
  ])('when %s, says so', (_when, given, shown) => {
    expect(preview(given)).toBe(shown);
  });
});
