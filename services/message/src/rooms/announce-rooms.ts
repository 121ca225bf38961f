import { randomUUID } from 'node:crypto';
import type { AppendEvents } from '@hallway/bus';
import type { DomainEvent } from '@hallway/contracts';
import { isStoreAway, type Log } from '@hallway/platform';
import type { DescribeRooms } from './describe-rooms.ts';
import type { RoomsRepository } from './rooms.repository.ts';

export interface AnnounceRoomsDeps {
  rooms: RoomsRepository;
  describeRooms: DescribeRooms;
  appendEvents: AppendEvents;
  log: Log;
}

// Ids in one event: some 27 KB.
const peoplePerEvent = 1000;

/**
 * Says that somebody came, that somebody went, or that a room is another. What is written comes first: a message that is
 * stored after a removal stands behind it on the stream as well. Best effort: without Redis nobody hears of messages either,
 * and when it is back every gateway asks for memberships again before it delivers.
 */
export function createAnnounceRooms({ rooms, describeRooms, appendEvents, log }: AnnounceRoomsDeps) {
  async function append(events: DomainEvent[]): Promise<void> {
    await appendEvents(events).catch((error) => {
      if (!isStoreAway(error)) throw error;
      log.warn({ events: events.length }, 'changes of rooms were not announced');
    });
  }

  async function describe(roomId: string) {
    const room = (await rooms.findRooms([roomId])).get(roomId);
    return room ? (await describeRooms([room]))[0] : undefined;
  }

  return {
    /** The room as it is now: to `added` that they are in it, and to everybody that it changed. */
    async changed(roomId: string, { added = [] }: { added?: string[] } = {}): Promise<void> {
      const chatRoom = await describe(roomId);
      if (!chatRoom) return;
      const comings = chunksOf(added).map((userIds) => toEvent({ type: 'room.added', data: { chatRoom, userIds } }));
      await append([...comings, toEvent({ type: 'room.updated', data: { chatRoom } })]);
    },

    /** A room that was not there before. */
    async made(roomId: string, userIds: string[]): Promise<void> {
      const chatRoom = await describe(roomId);
      if (!chatRoom) return;
      await append(chunksOf(userIds).map((some) => toEvent({ type: 'room.added', data: { chatRoom, userIds: some } })));
    },

    async removed(chatRoomId: string, userIds: string[]): Promise<void> {
      if (userIds.length === 0) return;
      await append(
        chunksOf(userIds).map((some) => toEvent({ type: 'room.removed', data: { chatRoomId, userIds: some } })),
      );
    },
  };
}

export type AnnounceRooms = ReturnType<typeof createAnnounceRooms>;

type Fact = {
  [T in DomainEvent['type']]: Pick<Extract<DomainEvent, { type: T }>, 'type' | 'data'>;
}[DomainEvent['type']];

function toEvent(fact: Fact): DomainEvent {
  const envelope = { id: randomUUID(), occurredAt: new Date().toISOString(), traceparent: null };
  return { ...envelope, ...fact } as DomainEvent;
}

function chunksOf(userIds: string[]): string[][] {
  const chunks: string[][] = [];
  for (let start = 0; start < userIds.length; start += peoplePerEvent) {
    chunks.push(userIds.slice(start, start + peoplePerEvent));
  }
  return chunks;
}
