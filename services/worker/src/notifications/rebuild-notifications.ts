import type { PendingReadMarks } from '@hallway/bus';
import type { Log } from '@hallway/platform';
import type { ReadMarksRepository } from '../read-marks/read-marks.repository.ts';
import type { RoomMembers } from '../rooms/room-members.ts';
import { findCandidates } from './find-candidates.ts';
import { type NotificationsRepository, toConsideredKey } from './notifications.repository.ts';
import type { ScheduleNotifications } from './schedule-notifications.ts';
import type { SentMessage, SentMessagesRepository } from './sent-messages.repository.ts';

const messagesPerPage = 2000;
// 100,000 messages are some 15 minutes of a hundred a second. Beyond that the oldest come first, and the log says so.
const pagesPerRebuild = 50;
// A message and its notification are dated by two machines.
const clockSkewMs = 60_000;

export interface RebuildDeps {
  messages: Pick<SentMessagesRepository, 'listSince'>;
  roomMembers: Pick<RoomMembers, 'membersOf'>;
  pendingMarks: Pick<PendingReadMarks, 'list'>;
  readMarks: Pick<ReadMarksRepository, 'listReadUpTo'>;
  notifications: Pick<NotificationsRepository, 'listConsidered'>;
  scheduleNotifications: ScheduleNotifications;
  windowMs: number;
  log: Log;
  now?: () => number;
}

/**
 * Plans the notifications of recent messages that are unread and were never considered: after an emptied Redis, or a
 * worker that was away, nobody else would. What is planned already stays as it is, and the record of notifications keeps
 * any from being told twice.
 */
export function createRebuildNotifications(deps: RebuildDeps) {
  const { messages, scheduleNotifications, windowMs, log, now = Date.now } = deps;

  return async function rebuildNotifications(): Promise<void> {
    const since = new Date(now() - windowMs);
    let next: Date | string | null = since;
    let planned = 0;
    for (let pages = 0; next !== null; pages += 1) {
      if (pages === pagesPerRebuild) return log.error({ planned }, 'too many messages to rebuild all notifications');
      const found: Awaited<ReturnType<typeof messages.listSince>> = await messages.listSince(next, messagesPerPage);
      const candidates = await findUnconsidered(deps, found.page, since);
      await scheduleNotifications(candidates);
      planned += candidates.length;
      next = found.next;
    }
    log.info({ candidates: planned }, 'notifications were rebuilt');
  };
}

async function findUnconsidered(deps: RebuildDeps, page: SentMessage[], since: Date) {
  const byRoom = Map.groupBy(page, (message) => message.chatRoomId);
  const roomIds = [...byRoom.keys()];
  if (roomIds.length === 0) return [];
  const members = await deps.roomMembers.membersOf(roomIds);
  const considered = await deps.notifications.listConsidered(roomIds, new Date(since.getTime() - clockSkewMs));
  const readUpTo = await findReadUpTo(deps, roomIds);
  return [...byRoom].flatMap(([chatRoomId, messages]) => {
    const sends = messages.sort((a, b) => a.seq - b.seq);
    const marks = readUpTo.get(chatRoomId);
    const knownUpTo = (userId: string) =>
      Math.max(marks?.get(userId) ?? 0, considered.get(toConsideredKey(chatRoomId, userId)) ?? 0);
    return findCandidates({ chatRoomId, sends, memberIds: members.get(chatRoomId) ?? [], knownUpTo });
  });
}

/** Pending first: a mark moves from there to MongoDB and never back, so that the other way round one could be missed. */
async function findReadUpTo({ pendingMarks, readMarks }: RebuildDeps, roomIds: string[]) {
  const pending = await Promise.all(roomIds.map((roomId) => pendingMarks.list(roomId)));
  const readUpTo = await readMarks.listReadUpTo(roomIds);
  for (const [index, roomId] of roomIds.entries()) {
    const marks = readUpTo.get(roomId) ?? new Map<string, number>();
    readUpTo.set(roomId, marks);
    for (const { userId, lastReadSeq } of pending[index] ?? []) {
      marks.set(userId, Math.max(lastReadSeq, marks.get(userId) ?? 0));
    }
  }
  return readUpTo;
}
