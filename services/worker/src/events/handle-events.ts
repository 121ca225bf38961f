import type { DomainEvent } from '@hallway/contracts';
import type { Log } from '@hallway/platform';
import type { CancelReadNotifications } from '../notifications/cancel-read-notifications.ts';
import type { CancelRemovedNotifications } from '../notifications/cancel-removed-notifications.ts';
import { findCandidates, type Sent } from '../notifications/find-candidates.ts';
import type { ScheduleNotifications } from '../notifications/schedule-notifications.ts';
import type { RoomMembers } from '../rooms/room-members.ts';
import type { WorkerMetrics } from '../worker-metrics.ts';
import { type ReadableEvent, readEvent } from './readable-event.ts';

export interface HandleEventsDeps {
  roomMembers: RoomMembers;
  scheduleNotifications: ScheduleNotifications;
  cancelReadNotifications: CancelReadNotifications;
  cancelRemovedNotifications: CancelRemovedNotifications;
  metrics: Pick<WorkerMetrics, 'events'>;
  log: Log;
}

/**
 * Plans notifications for what was sent and takes back those for what was read, and those of people who were removed. A batch costs one look-up of members and
 * one of presence, however many rooms and people it concerns. Rejects when a store is away: the batch then comes again,
 * and handling it twice plans nothing twice. What is malformed is logged, counted and done with.
 */
export function createHandleEvents(deps: HandleEventsDeps) {
  const { roomMembers, scheduleNotifications, cancelReadNotifications, cancelRemovedNotifications } = deps;

  return async function handleEvents(batch: DomainEvent[]): Promise<void> {
    const events = batch.flatMap((event) => read(deps, event));
    for (const roomId of roomsWithOtherMembers(events)) roomMembers.forget(roomId);
    await cancelRemovedNotifications(events.flatMap(toRemoval));
    await scheduleNotifications(await findAudience(toSends(events)));
    await cancelReadNotifications(toReads(events));
  };

  async function findAudience(sends: Sent[]) {
    const byRoom = Map.groupBy(sends, (sent) => sent.chatRoomId);
    const members = await roomMembers.membersOf([...byRoom.keys()]);
    return [...byRoom].flatMap(([chatRoomId, roomSends]) =>
      findCandidates({
        chatRoomId,
        sends: roomSends.sort((a, b) => a.seq - b.seq),
        memberIds: members.get(chatRoomId) ?? [],
        // Whether it is read already is for the job to see: most of it will be by then.
        knownUpTo: () => 0,
      }),
    );
  }
}

function read({ log, metrics }: HandleEventsDeps, value: unknown): ReadableEvent[] {
  const found = readEvent(value);
  if (found.result === 'malformed') log.error({ type: found.type, faults: found.faults }, 'an event is malformed');
  metrics.events.inc({ type: found.result === 'handled' ? found.event.type : 'other', result: found.result });
  return found.result === 'handled' ? [found.event] : [];
}

function roomsWithOtherMembers(events: ReadableEvent[]): string[] {
  return events.flatMap(({ type, data }) => {
    if (type === 'room.added') return [data.chatRoom.id];
    return type === 'room.removed' ? [data.chatRoomId] : [];
  });
}

function toRemoval({ type, data }: ReadableEvent) {
  return type === 'room.removed' ? [data] : [];
}

function toSends(events: ReadableEvent[]): Sent[] {
  return events.flatMap(({ type, traceparent, data }) => {
    if (type !== 'message.created' || data.message.isVoid) return [];
    const { chatRoomId, seq, senderId, createdAt } = data.message;
    return [{ chatRoomId, seq, senderId, sentAt: new Date(createdAt), ...(traceparent && { traceparent }) }];
  });
}

/** The furthest that each person has read each room. */
function toReads(events: ReadableEvent[]) {
  const reads = events.flatMap(({ type, data }) =>
    type === 'room.read' ? data.marks.map((mark) => ({ ...mark, chatRoomId: data.chatRoomId })) : [],
  );
  const furthest = new Map<string, (typeof reads)[number]>();
  for (const mark of reads) {
    const key = `${mark.chatRoomId} ${mark.userId}`;
    if (mark.lastReadSeq > (furthest.get(key)?.lastReadSeq ?? 0)) furthest.set(key, mark);
  }
  return [...furthest.values()];
}
