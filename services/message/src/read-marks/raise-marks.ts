import type { JobProducer, PendingMark, PendingReadMarks } from '@hallway/bus';
import { createBoundedCache } from '../bounded-cache.ts';

export interface RaiseMarksDeps {
  pending: PendingReadMarks;
  jobs: JobProducer;
  now?: () => number;
}

// Rooms that are read at the same time in one process; a forgotten one costs a job that changes nothing.
const rememberedRooms = 10_000;

/**
 * Moves read marks forward in Redis, and asks for one job per room and second that brings them to MongoDB. The job runs
 * when its second is over, so that it finds every mark of that second. Rejects while Redis is away.
 */
export function createRaiseMarks({ pending, jobs, now = Date.now }: RaiseMarksDeps) {
  const askedFor = createBoundedCache<string, number>(rememberedRooms);

  return async function raiseMarks(chatRoomId: string, marks: PendingMark[]): Promise<void> {
    await pending.raise(chatRoomId, marks);
    const second = Math.floor(now() / 1000);
    if (askedFor.get(chatRoomId) === second) return;
    const delayMs = (second + 1) * 1000 - now();
    await jobs.add('read-marks.drain', { chatRoomId }, { jobId: `read-${chatRoomId}-${second}`, delayMs });
    askedFor.set(chatRoomId, second);
  };
}

export type RaiseMarks = ReturnType<typeof createRaiseMarks>;
