import type { DomainEvent } from '@hallway/contracts';
import type { RaiseMarks } from '../read-marks/raise-marks.ts';
import type { RoomAccess } from '../rooms/access-room.ts';
import type { AppendNowOrLater } from './announce-later.ts';
import type { Announce, Outcome } from './commit-messages.ts';
import { toRoomMessage } from './message-record.ts';

export interface AnnounceDeps {
  appendEvents: AppendNowOrLater;
  raiseMarks: RaiseMarks;
  access: RoomAccess;
}

type Announced = Extract<Outcome, { status: 'stored' | 'repeated' }>;

/**
 * Appends one event for each message that is new, or whose first announcement may never have happened, and moves the
 * sender's own read mark up to it. Rejects when Redis did not take it: the commands then stay pending and are run again.
 */
export function createAnnounceMessages({ appendEvents, raiseMarks, access }: AnnounceDeps): Announce {
  return async function announceMessages(outcomes) {
    const due = outcomes.filter(isDue);
    if (due.length === 0) return;
    const rooms = await access.findRooms(due.map(({ message }) => message.roomId));
    const events = due.map((outcome) => toEvent(outcome, rooms.get(outcome.message.roomId)?.type ?? 'direct'));
    const isHiding = (_: DomainEvent, index: number) =>
      rooms.get(due[index]?.message.roomId ?? '')?.historyFrom === 'joined';
    await Promise.all([
      appendEvents(events, new Set(events.filter(isHiding))),
      ...toMarks(due).map(([roomId, marks]) => raiseMarks(roomId, marks)),
    ]);
  };
}

function isDue(outcome: Outcome): outcome is Announced {
  return outcome.status === 'stored' || (outcome.status === 'repeated' && outcome.redelivered);
}

function toEvent(
  { command, message }: Announced,
  roomType: 'direct' | 'group' | 'course' | 'announcement',
): DomainEvent {
  return {
    id: message.id,
    type: 'message.created',
    occurredAt: message.createdAt.toISOString(),
    traceparent: command.traceparent ?? null,
    data: {
      message: toRoomMessage(message, 0),
      roomType,
      ...(command.answer === 'event' ? { origin: { instance: command.origin, requestId: command.requestId } } : {}),
    },
  };
}

function toMarks(due: Announced[]) {
  return [...Map.groupBy(due, ({ message }) => message.roomId)].map(([roomId, group]) => {
    const marks = group.map(({ message }) => ({
      userId: message.senderId,
      lastReadSeq: message.seq,
      readAt: message.createdAt.toISOString(),
    }));
    return [roomId, marks] as const;
  });
}
