/** The one job that waits for a person and a room: messages that come meanwhile are told of by the same. */
export function toNotificationJobId(chatRoomId: string, userId: string): string {
  return `notify-${chatRoomId}-${userId}`;
}

/** A person who may have to hear of a room, and the first message that they do not know. */
export interface Candidate {
  userId: string;
  chatRoomId: string;
  fromSeq: number;
  /** When that message was sent. */
  sentAt: Date;
  /** Of that message's trace. */
  traceparent?: string;
}
