import type { Candidate } from './notification-job.ts';

/** What of a message matters here. */
export interface Sent {
  chatRoomId: string;
  seq: number;
  senderId: string;
  sentAt: Date;
  traceparent?: string;
}

export interface RoomSends {
  chatRoomId: string;
  /** Ascending `seq`. */
  sends: Sent[];
  memberIds: string[];
  /** The `seq` up to which a member needs to hear nothing. */
  knownUpTo: (userId: string) => number;
}

/** The members for whom there is something new in a room that they did not write themselves. */
export function findCandidates({ chatRoomId, sends, memberIds, knownUpTo }: RoomSends): Candidate[] {
  const lastSeq = sends.at(-1)?.seq ?? 0;
  return memberIds.flatMap((userId) => {
    const known = knownUpTo(userId);
    // Nearly everybody knows everything: they must not cost a walk through the messages.
    const first = known < lastSeq ? sends.find((sent) => sent.seq > known && sent.senderId !== userId) : undefined;
    if (!first) return [];
    const { seq: fromSeq, sentAt, traceparent } = first;
    return [{ userId, chatRoomId, fromSeq, sentAt, ...(traceparent && { traceparent }) }];
  });
}
