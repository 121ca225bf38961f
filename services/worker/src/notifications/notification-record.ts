import { type ObjectId, toObjectId } from '../object-ids.ts';

/**
 * `claimed`: somebody is about to tell the person, and nothing has left yet. `sending`: it may have left. `sent`, `failed`
 * and `skipped` are final; so is `unknown`: the worker died between the two, and nobody can say.
 */
export type NotificationState = 'claimed' | 'sending' | 'sent' | 'failed' | 'skipped' | 'unknown';

export interface TraceStep {
  at: Date;
  step: string;
  facts?: Facts;
}

export interface NotificationDocument {
  userId: ObjectId;
  /** The newest message that the notification tells of. */
  messageId: ObjectId;
  channel: string;
  roomId: ObjectId;
  /** Of that message. */
  seq: number;
  /** Unread messages of the room at the time, as its badge counts them. */
  count: number;
  state: NotificationState;
  /** Who holds the claim: whoever takes it over changes it, and the one before finds out. */
  claimId: string;
  claims: number;
  createdAt: Date;
  trace: TraceStep[];
}

export interface Notification {
  userId: string;
  chatRoomId: string;
  messageId: string;
  seq: number;
  count: number;
  channel: string;
  /** For the log of the channel. */
  traceId?: string;
}

/** Why it came so: numbers and reasons, never contents. */
export type Facts = Record<string, string | number | boolean>;

export function toTraceStep(name: string, facts?: Facts): TraceStep {
  return { at: new Date(), step: name, ...(facts ? { facts } : {}) };
}

/** What makes a notification the same notification. */
export function toNotificationKey({ userId, messageId, channel }: Notification) {
  return { userId: toObjectId(userId), messageId: toObjectId(messageId), channel };
}

export interface Beginning extends Pick<NotificationDocument, 'state' | 'claimId'> {
  facts: Facts;
}

export function toNotificationDocument(notification: Notification, beginning: Beginning): NotificationDocument {
  const { state, claimId, facts } = beginning;
  return {
    ...toNotificationKey(notification),
    roomId: toObjectId(notification.chatRoomId),
    seq: notification.seq,
    count: notification.count,
    state,
    claimId,
    claims: 1,
    createdAt: new Date(),
    trace: [toTraceStep('considered', facts), toTraceStep(state)],
  };
}
