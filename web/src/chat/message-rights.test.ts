import type { TimelineMessage } from '@hallway/client';
import type { RoomMessage } from '@hallway/contracts';
import { describe, expect, it } from 'vitest';
import { findLastEditable, findMessageActions } from './message-rights.ts';

const member = { canWrite: true, canModerate: false, readOnly: false };

function build(seq: number | null, part: { mine?: boolean; deleted?: boolean } = {}): TimelineMessage {
  const { mine = true, deleted = false } = part;
  const senderId = (mine ? 'a' : 'b').repeat(24);
  const stored = { id: 'c'.repeat(24), ...(deleted ? { deletedAt: '2026-01-01T00:00:00.000Z' } : {}) };
  return {
    key: `${senderId}:${seq}`,
    seq,
    clientMessageId: String(seq),
    senderId,
    content: deleted ? '' : 'words',
    messageType: 'text',
    createdAt: '2026-01-01T00:00:00.000Z',
    mine,
    delivery: { status: seq === null ? 'queued' : 'sent' },
    stored: seq === null ? null : (stored as RoomMessage),
  };
}

describe('findMessageActions', () => {
  it('when the message is mine, offers all; somebody else’s can be copied', () => {
    expect(findMessageActions(build(1), member)).toEqual(['copy', 'edit', 'delete']);
    expect(findMessageActions(build(1, { mine: false }), member)).toEqual(['copy']);
  });

  it('when I moderate, offers to delete what others wrote, and not to edit it', () => {
    const moderator = { ...member, canModerate: true };
    expect(findMessageActions(build(1, { mine: false }), moderator)).toEqual(['copy', 'delete']);
  });

  it('when it waits or is deleted, offers nothing', () => {
    expect(findMessageActions(build(null), member)).toEqual([]);
    expect(findMessageActions(build(1, { deleted: true }), member)).toEqual([]);
  });

  it('when I may not write any more, a message of mine can go, but not change; where all is over, neither', () => {
    expect(findMessageActions(build(1), { ...member, canWrite: false })).toEqual(['copy', 'delete']);
    expect(findMessageActions(build(1), { ...member, canWrite: false, readOnly: true })).toEqual(['copy']);
  });
});

describe('findLastEditable', () => {
  it('when others wrote since and my last one is deleted, finds the one before', () => {
    const messages = [build(1), build(2, { deleted: true }), build(3, { mine: false }), build(null)];
    expect(findLastEditable(messages, member)?.seq).toBe(1);
  });

  it('when nothing is mine, finds nothing', () => {
    expect(findLastEditable([build(1, { mine: false })], member)).toBeNull();
  });
});
