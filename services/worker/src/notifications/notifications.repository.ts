import { randomUUID } from 'node:crypto';
import type { Connection } from 'mongoose';
import { isDuplicateKey, toObjectId } from '../object-ids.ts';
import { createNotificationClaims } from './notification-claims.ts';
import {
  type Facts,
  type Notification,
  type NotificationDocument,
  toNotificationDocument,
} from './notification-record.ts';

/** Longer than anybody asks why they were or were not told. */
const keptForSeconds = 90 * 24 * 3600;

/** What became of each notification: this service is the only writer. Unique by (userId, messageId, channel). */
export function createNotificationsRepository(connection: Connection) {
  const notifications = connection.collection<NotificationDocument>('notifications');

  return {
    ...createNotificationClaims(notifications),

    async ensureIndexes(): Promise<void> {
      await notifications.createIndex({ userId: 1, messageId: 1, channel: 1 }, { unique: true });
      await notifications.createIndex({ createdAt: 1 }, { expireAfterSeconds: keptForSeconds });
    },

    /** Records that nothing was told, and why. Changes nothing where the notification is known already. */
    async recordSkipped(notification: Notification, facts: Facts): Promise<void> {
      const beginning = { state: 'skipped' as const, claimId: randomUUID(), facts };
      await notifications.insertOne(toNotificationDocument(notification, beginning)).catch((error) => {
        if (!isDuplicateKey(error)) throw error;
      });
    },

    /**
     * The largest `seq` that was considered since a time for each person of each of these rooms, by `toConsideredKey`. One
     * query, over the index by time.
     */
    async listConsidered(roomIds: string[], since: Date): Promise<Map<string, number>> {
      const found = await notifications
        .find(
          { createdAt: { $gte: since }, roomId: { $in: roomIds.map(toObjectId) } },
          { projection: { _id: 0, roomId: 1, userId: 1, seq: 1 } },
        )
        .toArray();
      const considered = new Map<string, number>();
      for (const { roomId, userId, seq } of found) {
        const key = toConsideredKey(roomId.toHexString(), userId.toHexString());
        considered.set(key, Math.max(seq, considered.get(key) ?? 0));
      }
      return considered;
    },
  };
}

export type NotificationsRepository = ReturnType<typeof createNotificationsRepository>;

export function toConsideredKey(chatRoomId: string, userId: string): string {
  return `${chatRoomId} ${userId}`;
}
