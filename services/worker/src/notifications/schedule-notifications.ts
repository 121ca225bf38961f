import type { JobProducer, PresenceReader } from '@hallway/bus';
import { idsOnly, type Tracing } from '@hallway/platform';
import { chunksOf } from '../chunks.ts';
import { type Candidate, toNotificationJobId } from './notification-job.ts';

// One command to each gateway's list carries at most so many people: some 150 KB.
const lookedUpAtOnce = 5000;
// They travel together; more at once would only wait in this process instead of there.
const addedAtOnce = 500;

export interface ScheduleDeps {
  presence: Pick<PresenceReader, 'onlineAmong'>;
  jobs: Pick<JobProducer, 'add'>;
  notifyAfterMs: number;
  tracing?: Tracing;
  now?: () => number;
}

/**
 * Plans a notification for each candidate who is away now. One waiting job per person and room: planning again while it
 * waits changes nothing. Rejects when Redis did not take all of them; running it again is harmless.
 */
export function createScheduleNotifications(deps: ScheduleDeps) {
  const { presence, jobs, notifyAfterMs, tracing = idsOnly, now = Date.now } = deps;

  return async function scheduleNotifications(candidates: Candidate[]): Promise<void> {
    const online = await findOnline(candidates);
    const away = candidates.filter(({ userId }) => !online.has(userId));
    for (const some of chunksOf(away, addedAtOnce)) await Promise.all(some.map(plan));
  };

  async function findOnline(candidates: Candidate[]): Promise<Set<string>> {
    const people = [...new Set(candidates.map(({ userId }) => userId))];
    const online = new Set<string>();
    for (const some of chunksOf(people, lookedUpAtOnce)) {
      for (const userId of await presence.onlineAmong(some)) online.add(userId);
    }
    return online;
  }

  async function plan({ userId, chatRoomId, fromSeq, sentAt, traceparent }: Candidate): Promise<void> {
    const jobId = toNotificationJobId(chatRoomId, userId);
    const span = tracing.follow('plan notification', 'producer', traceparent);
    const trace = span.traceparent === null ? {} : { traceparent: span.traceparent };
    const data = { userId, chatRoomId, fromSeq, ...trace };
    try {
      await jobs.add('notification.deliver', data, { jobId, delayMs: delayFor(sentAt) });
    } finally {
      span.end();
    }
  }

  /** Counted from the message, so that a worker that lags behind does not add its own delay. Clocks may differ. */
  function delayFor(sentAt: Date): number {
    return Math.min(notifyAfterMs, Math.max(0, sentAt.getTime() + notifyAfterMs - now()));
  }
}

export type ScheduleNotifications = ReturnType<typeof createScheduleNotifications>;
