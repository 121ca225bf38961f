import type { FinalViews } from './final-views.ts';
import type { HistoryEvent, Marker } from './history-event.ts';
import type { RoomAccess } from './room-access.ts';
import type { Report } from './violations.ts';

interface Participant {
  userId: string;
  rooms: Set<string>;
}

/**
 * Sees to it that silence is no proof: a client that took part in a room and is a member owes a final view of it, unless it
 * was ended. Without that, a client that lost everything could not be told from one that was never asked.
 */
export function createParticipants() {
  const participants = new Map<string, Participant>();
  const ended = new Set<string>();

  function participantOf(client: string, userId: string): Participant {
    const known = participants.get(client);
    if (known) return known;
    const participant = { userId, rooms: new Set<string>() };
    participants.set(client, participant);
    return participant;
  }

  return {
    add(event: Exclude<HistoryEvent, Marker>): void {
      // The far end of notifications is no client of its own.
      if (event.kind === 'notified') return;
      const participant = participantOf(event.client, event.userId);
      if (event.kind === 'ended' || (event.kind === 'accessEnded' && event.chatRoomId === null))
        ended.add(event.client);
      else if ('chatRoomId' in event && event.chatRoomId !== null) participant.rooms.add(event.chatRoomId);
    },

    count: (): number => participants.size,

    finish({ views, access, report }: { views: FinalViews; access: RoomAccess; report: Report }): void {
      for (const [client, { userId, rooms }] of participants) {
        const owed = ended.has(client) ? [] : [...rooms].filter((id) => access.isMember(userId, id));
        for (const chatRoomId of owed) {
          if (views.has(client, chatRoomId)) continue;
          const evidence = { client, userId, chatRoomId };
          report({ invariant: 'I1', message: 'A client took part in a room and never said what it shows.', evidence });
        }
      }
    },
  };
}
