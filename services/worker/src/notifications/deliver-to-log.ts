import type { Log } from '@hallway/platform';
import type { Notification } from './notification-record.ts';

/** Takes a notification out of Hallway. Called at most once for a notification; a rejection means that it did not leave. */
export type Deliver = (notification: Notification) => Promise<void>;

/**
 * The channel of installations that have no other: a log line, without a word of what was written. The log writes in the
 * background, so that a process that is killed within the same moment may take the line with it.
 */
export function createDeliverToLog(log: Log): Deliver {
  return async function deliverToLog({ userId, chatRoomId, messageId, count, traceId }) {
    log.info({ channel: 'log', userId, chatRoomId, messageId, count, traceId }, 'notification delivered');
  };
}
