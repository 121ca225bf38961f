import { describe, expect, it } from 'vitest';
import { createItem, type OutboxItem, pickReady } from './outbox-queue.ts';
import type { OutboxEntry } from './types.ts';

function item(chatRoomId: string, order: number, changes: Partial<OutboxItem> = {}): OutboxItem {
  const createdAt = '2026-01-01T00:00:00.000Z';
  const entry: OutboxEntry = {
    ...{ userId: 'me', chatRoomId, clientMessageId: `${chatRoomId}${order}`, content: 'x' },
    ...{ messageType: 'text', createdAt, order, failed: null },
  };
  return { ...createItem(entry, 'kept'), ...changes };
}

function pick(items: OutboxItem[], busy: string[] = []) {
  const { ready, wakeAt } = pickReady(items, { busyRooms: busy, now: 100 });
  return { ready: ready.map(({ waiting }) => waiting.entry.clientMessageId), wakeAt };
}

describe('pickReady', () => {
  it('when rooms have several messages, picks the first of each, oldest first', () => {
    expect(pick([item('b', 3), item('a', 2), item('b', 1), item('a', 4)]).ready).toEqual(['b1', 'a2']);
  });

  it('when a room has one in flight, picks nothing of it', () => {
    expect(pick([item('a', 1), item('a', 2), item('b', 3)], ['a']).ready).toEqual(['b3']);
  });

  it('when the first of a room has to wait, picks none behind it and says when to look again', () => {
    expect(pick([item('a', 1, { notBefore: 250 }), item('a', 2)])).toEqual({ ready: [], wakeAt: 250 });
  });

  it('when the first of a room is not kept yet, picks none behind it', () => {
    expect(pick([item('a', 1, { kept: 'pending' }), item('a', 2)])).toEqual({ ready: [], wakeAt: null });
  });

  it('when the first of a room was refused, picks the next', () => {
    const refused = item('a', 1);
    const failed = { code: 'FORBIDDEN' as const, message: '', retryable: false, requestId: '' };
    refused.waiting = { ...refused.waiting, entry: { ...refused.waiting.entry, failed } };
    expect(pick([refused, item('a', 2)]).ready).toEqual(['a2']);
  });
});
