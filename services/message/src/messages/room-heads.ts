import { createBoundedCache } from '@hallway/platform';
import type { RoomsRepository } from '../rooms/rooms.repository.ts';
import type { MessagesRepository } from './messages.repository.ts';

interface Head {
  /** Up to here every number is known to be taken: what the room's head may say. */
  closed: number;
  /** The highest number that is given out. */
  last: number;
  /** Numbers below it that nobody took: left by a writer that died between its messages. Given out first. */
  free: number[];
}

// About 100 bytes each; a room that falls out costs two small reads when it speaks again.
const rememberedRooms = 100_000;

/**
 * The next `seq` of each room that this process writes to. A head that is wrong, because another process wrote too, does no
 * harm: the unique index refuses the number, and the head is forgotten and read anew.
 */
export function createRoomHeads({ rooms, messages }: { rooms: RoomsRepository; messages: MessagesRepository }) {
  const heads = createBoundedCache<string, Head>(rememberedRooms);

  async function load(roomIds: string[]): Promise<void> {
    const found = await rooms.findRooms(roomIds);
    for (const roomId of roomIds) {
      const closed = found.get(roomId)?.lastSeq ?? 0;
      heads.set(roomId, toHead(closed, await messages.findSeqsAbove(roomId, closed)));
    }
  }

  /** Loaded heads are used at once: a batch has far fewer rooms than the cache has places. */
  async function ensure(roomIds: string[]): Promise<void> {
    const unknown = new Set(roomIds.filter((roomId) => !heads.get(roomId)));
    if (unknown.size > 0) await load([...unknown]);
  }

  return {
    /** Gives each the next number of its room, in the order given. */
    async number(roomIds: string[]): Promise<number[]> {
      await ensure(roomIds);
      return roomIds.map((roomId) => nextOf(heads.get(roomId) ?? toHead(0, [])));
    },
    /** Up to where every number of each room is known to be taken. */
    async closedUpTo(roomIds: string[]): Promise<Map<string, number>> {
      await ensure(roomIds);
      return new Map(roomIds.map((roomId) => [roomId, heads.get(roomId)?.closed ?? 0]));
    },
    /** Every number up to `seq` is taken, and the room's head says so. */
    close(roomId: string, seq: number): void {
      const head = heads.get(roomId);
      if (head && seq > head.closed) {
        head.closed = seq;
        head.last = Math.max(head.last, seq);
        head.free = head.free.filter((free) => free > seq);
      }
    },
    /** To be called when it is not known which numbers were used. */
    forget(roomIds: Iterable<string>): void {
      for (const roomId of roomIds) heads.delete(roomId);
    },
  };
}

export type RoomHeads = ReturnType<typeof createRoomHeads>;

/** The head of a room whose numbers up to `closed` are all taken, and above it only `taken`. */
export function toHead(closed: number, taken: number[]): Head {
  return { closed, last: taken.at(-1) ?? closed, free: findGaps(closed, taken.at(-1) ?? closed, taken) };
}

/** The numbers above `closed` and up to `upTo` that nobody took, ascending. */
export function findGaps(closed: number, upTo: number, taken: number[]): number[] {
  const used = new Set(taken);
  const gaps: number[] = [];
  for (let seq = closed + 1; seq <= upTo; seq += 1) if (!used.has(seq)) gaps.push(seq);
  return gaps;
}

function nextOf(head: Head): number {
  const free = head.free.shift();
  if (free !== undefined) return free;
  head.last += 1;
  return head.last;
}
