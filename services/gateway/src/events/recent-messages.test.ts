import { describe, expect, it } from 'vitest';
import { createRecentMessages } from './recent-messages.ts';

describe('createRecentMessages', () => {
  it('when a message comes twice, is news once; the same seq elsewhere is another message', () => {
    const isNews = createRecentMessages();
    expect(isNews({ chatRoomId: 'a', seq: 1 })).toBe(true);
    expect(isNews({ chatRoomId: 'a', seq: 1 })).toBe(false);
    expect(isNews({ chatRoomId: 'b', seq: 1 })).toBe(true);
    expect(isNews({ chatRoomId: 'a', seq: 2 })).toBe(true);
  });

  it('when it is full, forgets the oldest', () => {
    const isNews = createRecentMessages(2);
    for (const seq of [1, 2, 3]) isNews({ chatRoomId: 'a', seq });
    expect(isNews({ chatRoomId: 'a', seq: 3 })).toBe(false);
    expect(isNews({ chatRoomId: 'a', seq: 1 })).toBe(true);
  });
});
