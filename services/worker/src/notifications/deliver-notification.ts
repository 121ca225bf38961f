import type { JobProducer, PendingReadMarks, PresenceReader } from '@hallway/bus';
import type { JobData } from '@hallway/contracts';
import type { Log, Tracing } from '@hallway/platform';
import type { FollowUp } from '../jobs/job-registry.ts';
import type { PeopleReader } from '../people/people.reader.ts';
import type { ReadMarksRepository } from '../read-marks/read-marks.repository.ts';
import type { RoomsRepository } from '../rooms/rooms.repository.ts';
import type { WorkerMetrics } from '../worker-metrics.ts';
import { type Decision, decideNotification, type Situation } from './decide-notification.ts';
import type { Deliver } from './deliver-to-log.ts';
import { toNotificationJobId } from './notification-job.ts';
import type { Notification } from './notification-record.ts';
import type { NotificationsRepository } from './notifications.repository.ts';
import type { SentMessagesRepository } from './sent-messages.repository.ts';
import { tracePush } from './trace-push.ts';

/**
 * Only the newest message of somebody else is looked for. One's own move one's own read mark, and numbers without a message
 * are rare, so that it is among the last few.
 */
const newestMessages = 20;

type Due = JobData<'notification.deliver'>;

export interface DeliverDeps {
  rooms: Pick<RoomsRepository, 'findRooms' | 'findJoinedSeq'>;
  people: PeopleReader;
  pendingMarks: Pick<PendingReadMarks, 'ofPerson'>;
  readMarks: Pick<ReadMarksRepository, 'findMarks'>;
  messages: Pick<SentMessagesRepository, 'listAbove'>;
  presence: Pick<PresenceReader, 'onlineAmong'>;
  notifications: NotificationsRepository;
  jobs: Pick<JobProducer, 'add'>;
  deliver: Deliver;
  /** The name of the channel that `deliver` is. */
  channel: string;
  notifyAfterMs: number;
  metrics: Pick<WorkerMetrics, 'notifications' | 'notificationSeconds'>;
  tracing: Tracing;
  log: Log;
}

/**
 * Tells a person of a room's unread messages, if they still are unread and the person still is away.
 * The effect happens at most once per (person, newest message, channel), whatever is redelivered and whoever is killed:
 * it leaves only after the record says `sending`, and a record that says so is never sent again.
 */
export function createDeliverNotification(deps: DeliverDeps) {
  const { rooms, jobs, metrics, tracing, log, notifyAfterMs } = deps;

  return async function deliverNotification(due: Due): Promise<FollowUp | undefined> {
    const span = tracing.follow('deliver notification', 'consumer', due.traceparent);
    const trace = span.traceparent === null ? {} : { traceparent: span.traceparent };
    let attributes = {};
    try {
      const { outcome, followUp } = await consider({ ...due, ...trace });
      attributes = { outcome };
      return followUp;
    } finally {
      span.end({ attributes });
    }
  };

  async function consider(due: Due): Promise<{ outcome: string; followUp?: FollowUp }> {
    const room = (await rooms.findRooms([due.chatRoomId])).get(due.chatRoomId);
    if (!room) return { outcome: 'no-room' };
    const situation = await findSituation(deps, due, room.lastSeq);
    const outcome = await carryOut(deps, due, { situation, decision: decideNotification(situation) });
    metrics.notifications.inc({ outcome });
    const { userId, chatRoomId, traceparent } = due;
    log.debug({ userId, chatRoomId, outcome, traceId: traceparent?.slice(3, 35) }, 'a notification was considered');
    return { outcome, followUp: () => planWhatCameMeanwhile(due, situation.lastSeq) };
  }

  /** A message that was announced while this job ran could not plan one, because the job's id was taken. */
  async function planWhatCameMeanwhile({ userId, chatRoomId }: Due, consideredSeq: number): Promise<void> {
    const head = (await rooms.findRooms([chatRoomId])).get(chatRoomId)?.lastSeq ?? 0;
    if (head <= consideredSeq) return;
    const jobId = toNotificationJobId(chatRoomId, userId);
    const data = { userId, chatRoomId, fromSeq: consideredSeq + 1 };
    await jobs.add('notification.deliver', data, { jobId, delayMs: notifyAfterMs });
  }
}

async function findSituation(deps: DeliverDeps, due: Due, head: number): Promise<Situation> {
  const { userId, chatRoomId, fromSeq } = due;
  const [joinedSeq, isActive, online, marked] = await Promise.all([
    deps.rooms.findJoinedSeq(chatRoomId, userId),
    deps.people.isActive(userId),
    deps.presence.onlineAmong([userId]),
    findReadUpTo(deps, due),
  ]);
  const readUpTo = Math.max(marked, joinedSeq ?? 0);
  const standing = { isMember: joinedSeq !== null, isActive, isOnline: online.has(userId) };
  const messages = await deps.messages.listAbove(chatRoomId, Math.max(readUpTo, head - newestMessages));
  const lastSeq = Math.max(head, messages.at(-1)?.seq ?? 0);
  return { userId, fromSeq, ...standing, readUpTo, lastSeq, messages };
}

/** Pending first: a mark that moves to MongoDB between the two is found there. The other way round it could be missed. */
async function findReadUpTo({ pendingMarks, readMarks }: DeliverDeps, { userId, chatRoomId }: Due): Promise<number> {
  const pending = (await pendingMarks.ofPerson(userId, [chatRoomId])).get(chatRoomId) ?? 0;
  const stored = (await readMarks.findMarks(chatRoomId, [userId])).get(userId)?.lastReadSeq ?? 0;
  return Math.max(pending, stored);
}

interface Considered {
  situation: Situation;
  decision: Decision;
}

async function carryOut(deps: DeliverDeps, due: Due, { situation, decision }: Considered): Promise<string> {
  if (decision.outcome === 'nothing') return decision.why;
  const { newest, count } = decision;
  const { userId, chatRoomId } = due;
  const notification = { userId, chatRoomId, messageId: newest.id, seq: newest.seq, count, channel: deps.channel };
  const facts = { fromSeq: due.fromSeq, readUpTo: situation.readUpTo, unread: count, online: situation.isOnline };
  if (decision.outcome === 'tell') {
    const deliver = tracePush(deps.deliver, { ...deps, traceparent: due.traceparent });
    const outcome = await tell({ ...deps, deliver }, notification, facts);
    observeLatency(deps, situation, outcome);
    return outcome;
  }
  await deps.notifications.recordSkipped(notification, { ...facts, why: decision.why });
  return decision.why;
}

/** From the moment it was due, counted from the message, so that whatever was late on the way shows. */
function observeLatency(deps: DeliverDeps, { fromSeq, userId, messages }: Situation, outcome: string): void {
  if (outcome !== 'sent' && outcome !== 'failed') return;
  const first = messages.find(({ seq, senderId }) => seq >= fromSeq && senderId !== userId);
  const dueAt = (first?.sentAt.getTime() ?? Date.now()) + deps.notifyAfterMs;
  deps.metrics.notificationSeconds.observe({ result: outcome }, Math.max(0, Date.now() - dueAt) / 1000);
}

async function tell(deps: DeliverDeps, notification: Notification, facts: Record<string, number | boolean>) {
  const { notifications, deliver, log } = deps;
  const claimId = await notifications.claim(notification, facts);
  if (claimId === null) return 'told-before';
  if (!(await notifications.beginSending(notification, claimId))) return 'told-elsewhere';
  try {
    await deliver(notification);
  } catch (error) {
    log.error({ err: error, userId: notification.userId, channel: notification.channel }, 'a notification failed');
    await notifications.settle(notification, claimId, { state: 'failed', facts: { why: (error as Error).message } });
    return 'failed';
  }
  await notifications.settle(notification, claimId, { state: 'sent' });
  return 'sent';
}
