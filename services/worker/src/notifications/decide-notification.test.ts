import { describe, expect, it } from 'vitest';
import { decideNotification, type Situation } from './decide-notification.ts';

const message = (seq: number, senderId: string) => ({
  id: `message-${seq}`,
  chatRoomId: 'room',
  seq,
  senderId,
  sentAt: new Date(),
});
const situation: Situation = {
  userId: 'ann',
  fromSeq: 2,
  isMember: true,
  isActive: true,
  isOnline: false,
  readUpTo: 0,
  lastSeq: 3,
  messages: [message(1, 'ben'), message(2, 'ben'), message(3, 'ann')],
};

describe('decideNotification', () => {
  it('when messages of others are unread, tells of the newest and counts as the badge does', () => {
    expect(decideNotification(situation)).toEqual({ outcome: 'tell', newest: situation.messages[1], count: 3 });
  });

  it('when the person is connected, skips and says why', () => {
    expect(decideNotification({ ...situation, isOnline: true })).toMatchObject({ outcome: 'skip', why: 'online' });
  });

  it('when the person is no member any more, tells nothing, not even when messages are unread', () => {
    expect(decideNotification({ ...situation, isMember: false })).toEqual({ outcome: 'nothing', why: 'not-a-member' });
  });

  it('when the account of the person was closed, tells nothing', () => {
    expect(decideNotification({ ...situation, isActive: false })).toEqual({ outcome: 'nothing', why: 'deactivated' });
  });

  it('when only own messages are left, tells nothing', () => {
    const messages = [message(3, 'ann')];
    expect(decideNotification({ ...situation, messages })).toEqual({ outcome: 'nothing', why: 'read' });
  });

  it('when the message that it was planned for is gone, tells nothing of older ones', () => {
    const messages = [message(1, 'ben')];
    expect(decideNotification({ ...situation, messages })).toEqual({ outcome: 'nothing', why: 'read' });
  });
});
