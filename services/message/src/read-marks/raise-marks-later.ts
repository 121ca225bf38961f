import type { PendingMark } from '@hallway/bus';
import { isStoreAway, type Log } from '@hallway/platform';
import type { RaiseMarks } from './raise-marks.ts';

export interface RaiseMarksLaterDeps {
  raiseMarks: RaiseMarks;
  log: Log;
}

// Rooms written to while Redis is away. Beyond it a sender's own message may count as unread until they read the room.
const keptRooms = 20_000;
const retryEveryMs = 1000;

/**
 * Raises marks now, or keeps them until Redis is back: the marks of senders whose messages were stored without it.
 * Resolves in both cases. What is kept is lost with the process.
 */
export function createRaiseMarksLater({ raiseMarks, log }: RaiseMarksLaterDeps) {
  const kept = new Map<string, PendingMark[]>();
  let timer: NodeJS.Timeout | undefined;

  async function retry(): Promise<void> {
    for (const [chatRoomId, marks] of [...kept]) {
      await raiseMarks(chatRoomId, marks);
      kept.delete(chatRoomId);
    }
    clearInterval(timer);
    timer = undefined;
  }

  function keep(chatRoomId: string, marks: PendingMark[]): void {
    if (kept.size < keptRooms) kept.set(chatRoomId, [...(kept.get(chatRoomId) ?? []), ...marks].slice(-keptMarks));
    timer ??= setInterval(() => {
      retry().catch((error) => {
        if (!isStoreAway(error)) log.error({ err: error }, 'kept read marks could not be raised');
      });
    }, retryEveryMs);
  }

  return {
    async raiseMarksLater(chatRoomId: string, marks: PendingMark[]): Promise<void> {
      await raiseMarks(chatRoomId, marks).catch((error) => {
        if (!isStoreAway(error)) throw error;
        keep(chatRoomId, marks);
      });
    },
    stop(): void {
      clearInterval(timer);
    },
  };
}

// Only the largest mark of each person matters, and a room has few people who write while Redis is away.
const keptMarks = 200;
