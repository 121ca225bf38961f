import type { JobProducer, PendingMark, PendingReadMarks } from '@hallway/bus';
import type { Log } from '@hallway/platform';
import { createBoundedCache } from '@hallway/platform';

export interface RaiseMarksDeps {
  pending: PendingReadMarks;
  jobs: JobProducer;
  log: Log;
  now?: () => number;
}

// Rooms that are read at the same time in one process; a forgotten one costs a job that changes nothing.
const rememberedRooms = 10_000;

/**
 * Moves read marks forward in Redis, and asks for one job per room and second that brings them to MongoDB. The job runs
 * when its second is over, so that it finds every mark of that second. Rejects when the marks could not be raised; a job
 * that could not be asked for is only late, because the worker looks for marks without one now and then.
 */
export function createRaiseMarks({ pending, jobs, log, now = Date.now }: RaiseMarksDeps) {
  const askedFor = createBoundedCache<string, number>(rememberedRooms);

  return async function raiseMarks(chatRoomId: string, marks: PendingMark[]): Promise<void> {
    await pending.raise(chatRoomId, marks);
    const second = Math.floor(now() / 1000);
    if (askedFor.get(chatRoomId) === second) return;
    const delayMs = (second + 1) * 1000 - now();
    try {
      await jobs.add('read-marks.drain', { chatRoomId }, { jobId: `read-${chatRoomId}-${second}`, delayMs });
      askedFor.set(chatRoomId, second);
    } catch (error) {
      log.warn({ err: error, chatRoomId }, 'no job could be asked for read marks');
    }
  };
}

export type RaiseMarks = ReturnType<typeof createRaiseMarks>;
