import { createBoundedCache } from '../bounded-cache.ts';
import type { RoomsRepository } from '../rooms/rooms.repository.ts';
import type { MessagesRepository } from './messages.repository.ts';

interface Head {
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
      const announced = found.get(roomId)?.lastSeq ?? 0;
      heads.set(roomId, toHead(announced, await messages.findSeqsAbove(roomId, announced)));
    }
  }

  return {
    /** Gives each the next number of its room, in the order given. */
    async number(roomIds: string[]): Promise<number[]> {
      const unknown = new Set(roomIds.filter((roomId) => !heads.get(roomId)));
      // Loaded heads are used at once: a batch has far fewer rooms than the cache has places.
      if (unknown.size > 0) await load([...unknown]);
      return roomIds.map((roomId) => nextOf(heads.get(roomId) ?? { last: 0, free: [] }));
    },
    /** To be called when it is not known which numbers were used. */
    forget(roomIds: Iterable<string>): void {
      for (const roomId of roomIds) heads.delete(roomId);
    },
  };
}

export type RoomHeads = ReturnType<typeof createRoomHeads>;

/** The head of a room whose numbers up to `announced` are all taken, and above it only `taken`. */
export function toHead(announced: number, taken: number[]): Head {
  const last = taken.at(-1) ?? announced;
  const used = new Set(taken);
  const free: number[] = [];
  for (let seq = announced + 1; seq < last; seq += 1) if (!used.has(seq)) free.push(seq);
  return { last, free };
}

function nextOf(head: Head): number {
  const free = head.free.shift();
  if (free !== undefined) return free;
  head.last += 1;
  return head.last;
}
