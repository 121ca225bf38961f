import type { BusNames, PendingMark } from '@hallway/bus';
import { isCluster, isStoreAway, type Log, onRedisLost } from '@hallway/platform';
import type { Redis } from 'ioredis';
import type { RaiseMarks } from './raise-marks.ts';

export interface RecentMarksDeps {
  redis: Redis;
  names: BusNames;
  /** Names this process among all that keep marks. */
  instance: string;
  raiseMarks: RaiseMarks;
  log: Log;
}

const lookEveryMs = 1000;
// The worker brings a mark to MongoDB a second or two after it was raised: this leaves room for a restart of it.
const keptMs = 10_000;
// About 150 bytes each. Beyond it the marks of rooms that were read first may fall victim to an emptied Redis.
const keptRooms = 20_000;
const signLivesSeconds = 3600;

/**
 * Remembers what it raised for ten seconds at least, and raises it again when Redis was emptied meanwhile: an acknowledged
 * mark then outlives everything but the end of this process in the same moment. Raising twice changes nothing.
 */
export function createRecentMarks({ redis, names, instance, raiseMarks, log }: RecentMarksDeps) {
  const memory = createMarkMemory();
  const signs = isCluster(redis) ? names.marksKeptInCluster(instance) : [names.marksKeptBy(instance)];
  let timer: NodeJS.Timeout | undefined;
  let lost = false;

  /**
   * The signs that are left in Redis, and anew with every look, are gone only when everything else there is gone too. A
   * replica that took over has them, but perhaps not the last marks: after a lost connection these are raised in any case.
   */
  async function look(): Promise<void> {
    const found = await Promise.all(signs.map((sign) => redis.get(sign)));
    const [wasLost, wasEmptied] = [lost, found.includes(null)];
    lost = false;
    if (wasLost || wasEmptied) await raiseAgain({ wasEmptied });
    await leaveSigns();
  }

  const leaveSigns = () => Promise.all(signs.map((sign) => redis.set(sign, '1', 'EX', signLivesSeconds)));

  async function raiseAgain({ wasEmptied }: { wasEmptied: boolean }): Promise<void> {
    const rooms = memory.all();
    log.warn({ rooms: rooms.length, wasEmptied }, 'Redis was away or emptied: recent read marks are raised again');
    for (const [chatRoomId, marks] of rooms) await raiseMarks(chatRoomId, marks);
  }

  return {
    /** As `raiseMarks`; what could not be raised is not remembered, since nobody was told that it was. */
    async raiseAndRemember(chatRoomId: string, marks: PendingMark[]): Promise<void> {
      await raiseMarks(chatRoomId, marks);
      memory.remember(chatRoomId, marks);
    },
    async start(): Promise<void> {
      await leaveSigns();
      onRedisLost(redis, () => {
        lost = true;
      });
      timer = setInterval(() => {
        look().catch((error) => {
          if (!isStoreAway(error)) log.error({ err: error }, 'whether Redis was emptied could not be seen');
        });
      }, lookEveryMs);
    },
    stop: () => clearInterval(timer),
  };
}

export type RecentMarks = ReturnType<typeof createRecentMarks>;

type RoomMarks = Map<string, PendingMark>;

/** Two generations: what is remembered is forgotten after one whole generation at least, and two at most. */
function createMarkMemory(now: () => number = Date.now) {
  let current = new Map<string, RoomMarks>();
  let previous = new Map<string, RoomMarks>();
  let beganAt = now();

  function turn(): void {
    if (now() - beganAt < keptMs) return;
    previous = now() - beganAt < 2 * keptMs ? current : new Map();
    current = new Map();
    beganAt = now();
  }

  return {
    remember(chatRoomId: string, marks: PendingMark[]): void {
      turn();
      const room = current.get(chatRoomId) ?? new Map<string, PendingMark>();
      if (room.size === 0 && current.size >= keptRooms) return;
      for (const mark of marks) {
        if (mark.lastReadSeq > (room.get(mark.userId)?.lastReadSeq ?? 0)) room.set(mark.userId, mark);
      }
      current.set(chatRoomId, room);
    },
    all(): [string, PendingMark[]][] {
      turn();
      return [...previous, ...current].map(([chatRoomId, marks]) => [chatRoomId, [...marks.values()]]);
    },
  };
}
