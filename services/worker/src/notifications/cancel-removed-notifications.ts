import type { JobProducer } from '@hallway/bus';
import { chunksOf } from '../chunks.ts';
import { toNotificationJobId } from './notification-job.ts';

// They travel together; more at once would only wait in this process.
const cancelledAtOnce = 500;

/** People who are no longer members of a room. */
export interface Removal {
  chatRoomId: string;
  userIds: string[];
}

/** Takes back what was planned for people who were removed. A job that runs already looks for itself. */
export function createCancelRemovedNotifications({ jobs }: { jobs: Pick<JobProducer, 'cancel'> }) {
  return async function cancelRemovedNotifications(removals: Removal[]): Promise<void> {
    const ids = removals.flatMap(({ chatRoomId, userIds }) =>
      userIds.map((userId) => toNotificationJobId(chatRoomId, userId)),
    );
    for (const some of chunksOf(ids, cancelledAtOnce)) {
      await Promise.all(some.map((id) => jobs.cancel('notification.deliver', id)));
    }
  };
}

export type CancelRemovedNotifications = ReturnType<typeof createCancelRemovedNotifications>;
