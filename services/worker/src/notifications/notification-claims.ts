import { randomUUID } from 'node:crypto';
import type mongoose from 'mongoose';
import { isDuplicateKey } from '../object-ids.ts';
import {
  type Facts,
  type Notification,
  type NotificationDocument,
  toNotificationDocument,
  toNotificationKey,
  toTraceStep,
} from './notification-record.ts';

/** The first claim, and one more after a crash. */
const claimLimit = 2;

const lostWithinMs = 3_600_000;
// A channel answers or gives up well within this time.
const sendingMs = 120_000;
// Longer than all attempts of a job with their pauses.
const claimedMs = 20 * 60_000;

/**
 * The steps from a claim to its end, each a single atomic write: claimed → sending → sent or failed. At most one holder of
 * a claim ever gets to `sending`, and from there nobody begins again: that is what makes the effect happen at most once.
 */
export function createNotificationClaims(notifications: mongoose.Collection<NotificationDocument>) {
  async function settleAbandoned(notification: Notification): Promise<void> {
    const key = toNotificationKey(notification);
    const unknown = toTraceStep('unknown', { why: 'the worker ended while it was sent' });
    const failed = toTraceStep('failed', { why: 'two workers ended before it was sent' });
    await notifications.updateOne(
      { ...key, state: 'sending' },
      { $set: { state: 'unknown' }, $push: { trace: unknown } },
    );
    await notifications.updateOne(
      { ...key, state: 'claimed', claims: { $gte: claimLimit } },
      { $set: { state: 'failed' }, $push: { trace: failed } },
    );
  }

  return {
    /**
     * Claims the telling of a notification, for one caller at a time, and answers the claim's id. Null when it is settled,
     * or settled now: what a crash left half sent becomes `unknown`, what was claimed twice and never begun `failed`.
     */
    async claim(notification: Notification, facts: Facts): Promise<string | null> {
      const claimId = randomUUID();
      try {
        await notifications.insertOne(toNotificationDocument(notification, { state: 'claimed', claimId, facts }));
        return claimId;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      const taken = await notifications.updateOne(
        { ...toNotificationKey(notification), state: 'claimed', claims: { $lt: claimLimit } },
        { $set: { claimId }, $inc: { claims: 1 }, $push: { trace: toTraceStep('claimed-again') } },
      );
      if (taken.modifiedCount === 1) return claimId;
      await settleAbandoned(notification);
      return null;
    },

    /** From here on the notification may have left. False when the claim is somebody else's by now: then it must not. */
    async beginSending(notification: Notification, claimId: string): Promise<boolean> {
      const begun = await notifications.updateOne(
        { ...toNotificationKey(notification), claimId, state: 'claimed' },
        { $set: { state: 'sending' }, $push: { trace: toTraceStep('sending') } },
      );
      return begun.modifiedCount === 1;
    },

    /**
     * Marks what a crash left behind and no job came back to, as when a newer message has taken its place. Looks back an
     * hour, over the index by time.
     */
    async settleLost(now: Date): Promise<void> {
      const before = (ms: number) => ({
        $gte: new Date(now.getTime() - lostWithinMs),
        $lt: new Date(now.getTime() - ms),
      });
      const unknown = toTraceStep('unknown', { why: 'nobody said how it ended' });
      const failed = toTraceStep('failed', { why: 'nobody came back to send it' });
      await notifications.updateMany(
        { createdAt: before(sendingMs), state: 'sending' },
        { $set: { state: 'unknown' }, $push: { trace: unknown } },
      );
      await notifications.updateMany(
        { createdAt: before(claimedMs), state: 'claimed' },
        { $set: { state: 'failed' }, $push: { trace: failed } },
      );
    },

    /** Says how it ended; also where somebody took it for lost meanwhile, because this is the one who knows. */
    async settle(notification: Notification, claimId: string, end: { state: 'sent' | 'failed'; facts?: Facts }) {
      await notifications.updateOne(
        { ...toNotificationKey(notification), claimId },
        { $set: { state: end.state }, $push: { trace: toTraceStep(end.state, end.facts) } },
      );
    },
  };
}
