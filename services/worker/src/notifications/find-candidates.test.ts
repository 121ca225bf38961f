import { describe, expect, it } from 'vitest';
import { findCandidates } from './find-candidates.ts';

const chatRoomId = 'room';
const sentAt = new Date('2026-01-01T10:00:00.000Z');
const sends = [1, 2, 3].map((seq) => ({ chatRoomId, seq, senderId: seq === 1 ? 'ann' : 'ben', sentAt }));
const find = (known: Record<string, number> = {}) =>
  findCandidates({ chatRoomId, sends, memberIds: ['ann', 'ben', 'cleo'], knownUpTo: (id) => known[id] ?? 0 });

describe('findCandidates', () => {
  it('when several people wrote, begins for each at the first message of somebody else', () => {
    expect(find().map(({ userId, fromSeq }) => [userId, fromSeq])).toEqual([
      ['ann', 2],
      ['ben', 1],
      ['cleo', 1],
    ]);
  });

  it('when a member knows a part, begins after it', () => {
    expect(find({ cleo: 2 }).find(({ userId }) => userId === 'cleo')?.fromSeq).toBe(3);
  });

  it('when the rest is their own or known, leaves a member out', () => {
    expect(find({ ben: 1, cleo: 3 }).map(({ userId }) => userId)).toEqual(['ann']);
  });
});
