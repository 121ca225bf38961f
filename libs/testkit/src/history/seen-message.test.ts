import { type RoomMessage, toDirectMessage } from '@hallway/contracts';
import { describe, expect, it } from 'vitest';
import { digestContent } from './history-event.ts';
import { toSeenMessage } from './seen-message.ts';

const message: RoomMessage = {
  ...{ id: 'a'.repeat(24), chatRoomId: 'b'.repeat(24), seq: 7, senderId: 'c'.repeat(24), senderModel: 'Student' },
  ...{ receiverId: null, receiverModel: null, content: 'Hi Sarah!', messageType: 'text', clientMessageId: 'one' },
  ...{ isRead: false, createdAt: '2026-01-01T00:00:00.000Z' },
};

describe('toSeenMessage', () => {
  it('when a message comes by room or by person, tells the same', () => {
    const seen = toSeenMessage(message);
    expect(seen).toEqual({
      ...{ seq: 7, messageId: message.id, senderId: message.senderId, clientMessageId: 'one' },
      digest: digestContent('Hi Sarah!'),
    });
    expect(toSeenMessage(toDirectMessage(message))).toEqual(seen);
  });

  it('when no message took the number, says so', () => {
    expect(toSeenMessage({ ...message, isVoid: true })).toMatchObject({ isVoid: true });
  });
});
