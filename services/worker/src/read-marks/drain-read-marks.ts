import { createHash } from 'node:crypto';
import type { AppendEvents, PendingMark, PendingReadMarks } from '@hallway/bus';
import { type DomainEvent, isId } from '@hallway/contracts';
import type { Log } from '@hallway/platform';
import { chunksOf } from '../chunks.ts';
import type { RoomsRepository } from '../rooms/rooms.repository.ts';
import type { WorkerMetrics } from '../worker-metrics.ts';
import type { ReadMarksRepository } from './read-marks.repository.ts';
import { sortMarks } from './sort-marks.ts';

// One write and one event carry at most this many marks: 300 KB of event, which only the largest lecture reaches.
const marksPerWrite = 2000;

export interface DrainDeps {
  pendingMarks: Pick<PendingReadMarks, 'list' | 'settle'>;
  readMarks: Pick<ReadMarksRepository, 'findMarks' | 'raise'>;
  rooms: Pick<RoomsRepository, 'findRooms' | 'listMembers'>;
  appendEvents: AppendEvents;
  metrics: Pick<WorkerMetrics, 'marksPerJob'>;
  log: Log;
}

/**
 * Moves a room's pending read marks to MongoDB and announces those that moved.
 * Save, then announce, then settle: what is still pending is the outbox, so that a crash anywhere makes the next run do
 * the rest. A mark may be announced twice, never not at all, and never goes down.
 */
export function createDrainReadMarks({ pendingMarks, readMarks, rooms, appendEvents, metrics, log }: DrainDeps) {
  return async function drainReadMarks(chatRoomId: string): Promise<void> {
    const pending = (await pendingMarks.list(chatRoomId)).filter(isWhole(log, chatRoomId));
    if (pending.length === 0) return;
    let written = 0;
    for (const marks of chunksOf(pending, marksPerWrite)) {
      const stored = await readMarks.findMarks(
        chatRoomId,
        marks.map((mark) => mark.userId),
      );
      const { toWrite, toAnnounce } = sortMarks(marks, stored);
      await readMarks.raise(chatRoomId, toWrite);
      await announce(chatRoomId, toAnnounce);
      await pendingMarks.settle(chatRoomId, marks);
      written += toWrite.length;
    }
    metrics.marksPerJob.observe(written);
  };

  async function announce(chatRoomId: string, marks: PendingMark[]): Promise<void> {
    if (marks.length === 0) return;
    const room = (await rooms.findRooms([chatRoomId])).get(chatRoomId);
    // Nobody has a room open that does not exist any more.
    if (!room) return log.warn({ chatRoomId }, 'read marks of an unknown room were not announced');
    const isDirect = room.type === 'direct';
    const members = isDirect ? await rooms.listMembers([chatRoomId]) : new Map<string, string[]>();
    const directParticipantIds = isDirect ? (members.get(chatRoomId) ?? []) : null;
    await appendEvents([toRoomRead({ chatRoomId, roomType: room.type, directParticipantIds, marks })]);
  }
}

function isWhole(log: Log, chatRoomId: string) {
  return ({ userId, lastReadSeq, readAt }: PendingMark): boolean => {
    const whole = isId(userId) && Number.isInteger(lastReadSeq) && !Number.isNaN(Date.parse(readAt));
    if (!whole) log.error({ chatRoomId }, 'a pending read mark is malformed');
    return whole;
  };
}

type RoomRead = Extract<DomainEvent, { type: 'room.read' }>;

/** The id follows from the marks, so that the same marks announced again are the same event. */
function toRoomRead(data: RoomRead['data']): RoomRead {
  const marks = data.marks.map((mark) => `${mark.userId} ${mark.lastReadSeq}`).sort();
  const id = createHash('sha256')
    .update([data.chatRoomId, ...marks].join('\n'))
    .digest('hex')
    .slice(0, 32);
  return { id, type: 'room.read', occurredAt: new Date().toISOString(), traceparent: null, data };
}
