import { type Static, type TSchema, Type } from 'typebox';
import { Id, Seq } from './primitives.ts';

interface JobEntry {
  queue: string;
  data: TSchema;
  attempts: number;
  /** First delay between attempts; it doubles, with jitter. */
  backoffMs: number;
}

/** Every BullMQ job, by name. The worker refuses to start unless each has exactly one handler. */
export const jobCatalogue = {
  /** Writes a room's pending read marks to MongoDB and announces them. */
  'read-marks.drain': {
    queue: 'read-marks',
    data: Type.Object({ chatRoomId: Id }),
    attempts: 20,
    backoffMs: 500,
  },
  /** Tells a person who was away about messages of a room that are still unread. */
  'notification.deliver': {
    queue: 'notifications',
    data: Type.Object({
      userId: Id,
      chatRoomId: Id,
      fromSeq: Seq,
      /** Of the message that the job was planned for. */
      traceparent: Type.Optional(Type.String()),
    }),
    attempts: 8,
    backoffMs: 2000,
  },
} as const satisfies Record<string, JobEntry>;

export type JobName = keyof typeof jobCatalogue;
export type JobData<N extends JobName> = Static<(typeof jobCatalogue)[N]['data']>;
