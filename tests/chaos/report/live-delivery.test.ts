import { describe, expect, it } from 'vitest';
import { liveDeliveryOf } from './live-delivery.ts';
import { someRecords } from './some-records.ts';

const message = (seq: number, senderId = 'anna', isVoid = false) => ({
  ...{ id: `m${seq}`, chatRoomId: 'r', seq, senderId, clientMessageId: `c${seq}`, digest: '', isVoid },
});
const memberships = ['anna', 'ben'].map((userId) => ({ chatRoomId: 'r', userId }));
const actors = ['anna', 'ben'].map((userId) => ({ client: userId, userId }));
const dump = { memberships, messages: [1, 2, 3, 4, 5].map((seq) => message(seq)) };

describe('liveDeliveryOf', () => {
  it('when neighbouring messages never came live, counts them and calls them one gap', () => {
    const received = new Map([['ben r', new Set([1, 4])]]);
    const shown = new Map([['ben r', [{ seq: 5, at: 0 }]]]);
    expect(liveDeliveryOf(someRecords({ received, shown }), dump, actors)).toEqual({
      ...{ expected: 5, missed: 3, gaps: 2, unhealed: 0 },
    });
  });

  it('when a message is not on the screen in the end either, says that it did not heal', () => {
    const received = new Map([['ben r', new Set([1, 2, 3])]]);
    const shown = new Map([['ben r', [{ seq: 4, at: 0 }]]]);
    expect(liveDeliveryOf(someRecords({ received, shown }), dump, actors)).toMatchObject({ missed: 2, unhealed: 1 });
  });

  it('when numbers are void, or a session was ended, expects nothing of them', () => {
    const some = { memberships, messages: [message(1, 'anna', true), message(2, 'ben')] };
    const endedAt = new Map([['anna', 5]]);
    expect(liveDeliveryOf(someRecords({ endedAt }), some, actors)).toMatchObject({ expected: 0, missed: 0 });
  });
});
