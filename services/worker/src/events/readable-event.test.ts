import { describe, expect, it } from 'vitest';
import { readEvent } from './readable-event.ts';

const id = 'a'.repeat(24);
const message = { chatRoomId: id, seq: 1, senderId: id, createdAt: '2026-01-01T10:00:00.000Z' };

describe('readEvent', () => {
  it('when a newer service adds fields, reads the ones that it knows', () => {
    const value = { type: 'message.created', data: { message: { ...message, reactions: [] }, priority: 1 } };
    expect(readEvent(value)).toMatchObject({ result: 'handled', event: { type: 'message.created' } });
  });

  it('when the type is of a newer service, ignores it', () => {
    expect(readEvent({ type: 'room.archived', data: {} })).toEqual({ result: 'ignored' });
  });

  it.each([
    ['a message without a room', { type: 'message.created', data: { message: { ...message, chatRoomId: 'x' } } }],
    ['no data', { type: 'room.read' }],
    ['no type', { data: {} }],
    ['nothing', null],
    ['a type that is no text', { type: 7, data: {} }],
  ])('when it has %s, is malformed and does not throw', (_what, value) => {
    expect(readEvent(value).result).toBe('malformed');
  });
});
