import type { JobProducer, PendingReadMarks } from '@hallway/bus';
import { chunksOf } from '../chunks.ts';

// A sweep looks at about 20,000 keys of Redis and goes on from there the next time, so that it never holds Redis up.
const stepsPerSweep = 20;
const addedAtOnce = 200;
// By then a room whose job is not lost has been drained by it, a lecture of thousands on a slow database included, and nothing is
// left to do or to announce twice.
const sweptDelayMs = 5000;

export interface SweepDeps {
  pendingMarks: Pick<PendingReadMarks, 'scanRooms'>;
  jobs: Pick<JobProducer, 'add'>;
}

/** Finds rooms with pending read marks and asks for their job again: it was lost if the queue's Redis was emptied. */
export function createSweepReadMarks({ pendingMarks, jobs }: SweepDeps) {
  let cursor = '0';

  return async function sweepReadMarks(): Promise<void> {
    for (let step = 0; step < stepsPerSweep; step += 1) {
      const found = await pendingMarks.scanRooms(cursor);
      for (const roomIds of chunksOf(found.chatRoomIds, addedAtOnce)) await Promise.all(roomIds.map(askForDrain));
      cursor = found.cursor;
      if (cursor === '0') return;
    }
  };

  /**
   * One waiting job per room, whichever worker asks. Its id is not that of a second: a job of this second that ran before
   * the second is over would take the place of the one that the message service is about to add.
   */
  async function askForDrain(chatRoomId: string): Promise<void> {
    await jobs.add('read-marks.drain', { chatRoomId }, { jobId: `read-${chatRoomId}-swept`, delayMs: sweptDelayMs });
  }
}
