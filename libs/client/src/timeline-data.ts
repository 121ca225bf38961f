import type { CatchUp, ChatRoom, ErrorBody, RoomMessage } from '@hallway/contracts';
import type { OutboxEntry } from './types.ts';

export interface WaitingMessage {
  entry: OutboxEntry;
  sending: boolean;
}

/** What is known of one chat room. `toTimelineState` makes of it what a screen shows. */
export interface TimelineData {
  readonly me: string;
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly error: ErrorBody | null;
  readonly chatRoom: ChatRoom | null;
  /** Ascending and contiguous, void messages included. */
  readonly placed: readonly RoomMessage[];
  /** `seq` of the last placed message; null before the first page, 0 in an empty room. */
  readonly head: number | null;
  /** Messages behind a gap, ascending: not shown until the gap is filled. */
  readonly held: readonly RoomMessage[];
  /** The largest `seq` that is known to exist. */
  readonly lastSeq: number;
  /** Read marks: mine, and in a direct room the other person's. */
  readonly marks: Readonly<Record<string, number>>;
  /** Nothing is older than the first placed message, or nothing older may be seen. */
  readonly atStart: boolean;
  readonly loadingOlder: boolean;
  readonly waiting: readonly WaitingMessage[];
  /** `clientMessageId`s of mine that were drawn already and are stored now, but still behind a gap. */
  readonly drawn: ReadonlySet<string>;
  readonly typists: readonly { userId: string; until: number }[];
}

/** An answer that brings messages of a room, and its two numbers. */
export type MissedMessages = Pick<CatchUp, 'lastSeq' | 'lastReadSeq'> & { messages: readonly RoomMessage[] };

export type TimelineEvent =
  | { type: 'joined'; answer: CatchUp & { chatRoom: ChatRoom } }
  | { type: 'caughtUp'; answer: MissedMessages }
  /** Live messages, edits, acknowledged sends: in any order, any number of times. */
  | { type: 'messages'; messages: readonly RoomMessage[] }
  | { type: 'olderRequested' }
  | { type: 'older'; messages: readonly RoomMessage[] }
  | { type: 'olderFailed'; error: ErrorBody }
  /** A message of this `seq` exists, whether or not it ever comes. */
  | { type: 'heard'; lastSeq: number }
  | { type: 'read'; userId: string; lastReadSeq: number }
  | { type: 'typed'; userId: string; isTyping: boolean; until: number }
  | { type: 'typingExpired'; now: number }
  | { type: 'outbox'; waiting: readonly WaitingMessage[] }
  | { type: 'roomUpdated'; chatRoom: ChatRoom }
  | { type: 'reset' }
  | { type: 'failed'; error: ErrorBody };
