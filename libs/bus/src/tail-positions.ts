import type { Redis } from 'ioredis';
import { fieldsOf, type StreamEntry } from './consumer-groups.ts';

/** The last entry of a stream. */
export interface StreamEnd {
  id: string;
  /** Null where nothing was ever announced. */
  position: number | null;
}

interface Followed extends StreamEnd {
  /** Up to this entry somebody was told that something may be lost. */
  toldUpTo: string;
}

const beginning: StreamEnd = { id: '0-0', position: null };

/** How far each stream of events was read, and whether what comes next is what was announced next. */
export function createTailPositions() {
  const followed = new Map<number, Followed>();
  const of = (partition: number): Followed => followed.get(partition) ?? { ...beginning, toldUpTo: '0-0' };

  return {
    /** The entry after which to read on. */
    idOf: (partition: number): string => of(partition).id,

    taken(partition: number, entry: StreamEntry): void {
      followed.set(partition, { ...of(partition), id: entry[0], position: positionOf(entry) });
    },

    /** Something is missing before this entry of which nobody was told. */
    isBehindGap(partition: number, entry: StreamEntry): boolean {
      const { position, toldUpTo } = of(partition);
      return position !== null && positionOf(entry) !== position + 1 && isLater(entry[0], toldUpTo);
    },

    /** Reads on from the end. */
    beginAt(partition: number, end: StreamEnd): void {
      followed.set(partition, { ...end, toldUpTo: '0-0' });
    },

    /**
     * It was told of a loss, and this is the end of the stream now: gaps up to there are known. From there on positions have to be
     * contiguous again, also where a Redis that lost its latest entries goes on with numbers that were there before.
     */
    toldAt(partition: number, end: StreamEnd): void {
      const known = of(partition);
      const isUnread = isLater(end.id, known.id);
      followed.set(partition, isUnread ? { ...known, toldUpTo: end.id } : { ...known, position: end.position });
    },
  };
}

export async function findStreamEnd(redis: Redis, stream: string): Promise<StreamEnd> {
  const [newest] = (await redis.xrevrange(stream, '+', '-', 'COUNT', 1)) as StreamEntry[];
  return newest ? { id: newest[0], position: positionOf(newest) } : beginning;
}

function positionOf(entry: StreamEntry): number {
  return Number(fieldsOf(entry).position);
}

/** Of two ids of one stream, by their time and then by their number within it. */
function isLater(one: string, other: string): boolean {
  const [oneMs = 0, oneNumber = 0] = one.split('-').map(Number);
  const [otherMs = 0, otherNumber = 0] = other.split('-').map(Number);
  return oneMs === otherMs ? oneNumber > otherNumber : oneMs > otherMs;
}
