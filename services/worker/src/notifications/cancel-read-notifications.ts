import type { JobProducer } from '@hallway/bus';
import { chunksOf } from '../chunks.ts';
import type { RoomsRepository } from '../rooms/rooms.repository.ts';
import { toNotificationJobId } from './notification-job.ts';

// They travel together; more at once would only wait in this process.
const cancelledAtOnce = 500;

/** How far one person has read a room. */
export interface ReadUpTo {
  userId: string;
  chatRoomId: string;
  lastReadSeq: number;
}

export interface CancelDeps {
  rooms: Pick<RoomsRepository, 'findRooms'>;
  jobs: Pick<JobProducer, 'cancel'>;
}

/**
 * Takes back what was planned for people who have read everything. A message that is stored while this runs is announced
 * after its room's head has moved, and so plans its notification after the cancellation. A job that runs already looks
 * for itself.
 */
export function createCancelReadNotifications({ rooms, jobs }: CancelDeps) {
  return async function cancelReadNotifications(reads: ReadUpTo[]): Promise<void> {
    if (reads.length === 0) return;
    const found = await rooms.findRooms([...new Set(reads.map(({ chatRoomId }) => chatRoomId))]);
    const complete = reads.filter(({ chatRoomId, lastReadSeq }) => {
      const room = found.get(chatRoomId);
      return room !== undefined && lastReadSeq >= room.lastSeq;
    });
    for (const some of chunksOf(complete, cancelledAtOnce)) {
      await Promise.all(
        some.map(({ chatRoomId, userId }) =>
          jobs.cancel('notification.deliver', toNotificationJobId(chatRoomId, userId)),
        ),
      );
    }
  };
}

export type CancelReadNotifications = ReturnType<typeof createCancelReadNotifications>;
