import { createHash } from 'node:crypto';

/**
 * What clients saw, one event a line. Together with a dump of the database these events decide whether the promises were
 * kept (`checkHistory`), so an event says only what its client knew at that moment, and never what it concluded.
 */
export type HistoryEvent =
  | SendInvoked
  | SendAcknowledged
  | SendUnacknowledged
  | ReadInvoked
  | ReadAcknowledged
  | ReadUnacknowledged
  | MessageReceived
  | RoomResumed
  | CountsShown
  | FinalView
  | PersonNotified
  | AccessEnded
  | ConnectionChanged
  | Marker;

export type HistoryKind = HistoryEvent['kind'];

/** What the writer adds: nobody has to read a clock. */
interface Stamp {
  /** Milliseconds on the recording process's monotonic clock: for durations and order within one file. */
  at: number;
  /** Milliseconds since 1970 on the machine's clock: for comparing events of different files of one machine. */
  wallAt: number;
}

interface Actor extends Stamp {
  /**
   * Who acts, one thing after another, unique in the whole history. A person with two devices is two clients. All events
   * of one client stand in one file, in the order in which they happened. A new session or a restarted program is the same
   * client only if it kept its outbox.
   */
  client: string;
  userId: string;
}

interface InRoom extends Actor {
  chatRoomId: string;
}

interface Send extends InRoom {
  op: 'send';
  clientMessageId: string;
  /** Of the content: `digestContent`. */
  digest: string;
}

/** Before anything leaves the client. One for each attempt that the client decides on; retries inside the SDK are none. */
export interface SendInvoked extends Send {
  kind: 'invoke';
}

/** The server acknowledged it. */
export interface SendAcknowledged extends Send {
  kind: 'ok';
  seq: number;
  messageId: string;
}

/**
 * `fail`: the server refused it, and definitely stored nothing in this attempt. `unknown`: there was no answer, or
 * `OUTCOME_UNKNOWN`, and the client has stopped trying. Neither `ok` nor one of these: it was still trying at the end.
 */
export interface SendUnacknowledged extends Send {
  kind: 'fail' | 'unknown';
  /** The server's code, or a word of the client's own such as `timeout`. */
  error: string;
}

interface MarkRead extends InRoom {
  op: 'markRead';
  /** Up to where the client says that its person has read. */
  seq: number;
}

export interface ReadInvoked extends MarkRead {
  kind: 'invoke';
}

export interface ReadAcknowledged extends MarkRead {
  kind: 'ok';
  lastReadSeq: number;
}

export interface ReadUnacknowledged extends MarkRead {
  kind: 'fail' | 'unknown';
  error: string;
}

/** A message as a client saw it. */
export interface SeenMessage {
  seq: number;
  messageId: string;
  senderId: string;
  clientMessageId: string;
  digest: string;
  /** Given only for a number that no message took. Such an entry proves that the number is used and nothing else. */
  isVoid?: true;
}

/** A live message reached the client: `receiveMessage` or `new_message`. Coming twice is allowed. */
export interface MessageReceived extends InRoom {
  kind: 'received';
  message: SeenMessage;
}

/** An answer of `resume`, `joinRoom` with `afterSeq`, or `GET …?after=`, for one room. */
export interface RoomResumed extends InRoom {
  kind: 'resumed';
  afterSeq: number;
  lastSeq: number;
  /** What the server claims: that `seqs` is everything from `afterSeq` to `lastSeq`, void messages included. */
  complete: boolean;
  seqs: number[];
}

/** The two numbers and the badge of a room as they stand on the screen together, at any moment. */
export interface CountsShown extends InRoom {
  kind: 'read';
  lastSeq: number;
  lastReadSeq: number;
  unread: number;
}

/** A message of a final view; `seq` and `messageId` are null for one that is drawn but was never placed. */
export interface DrawnMessage extends Omit<SeenMessage, 'seq' | 'messageId'> {
  seq: number | null;
  messageId: string | null;
}

/**
 * What a client shows of a room after quiescence, in the order in which it shows it. A long view may be cut into several
 * events: all of one client and room are one view in the order of their lines, and the numbers of the last one count.
 */
export interface FinalView extends Omit<CountsShown, 'kind'> {
  kind: 'final';
  /** The view is complete from here on; 1 for the whole room. */
  fromSeq: number;
  messages: DrawnMessage[];
}

/** A notification had its effect: the far end (a push service, a mailbox) took it. `userId` is the person who was told. */
export interface PersonNotified extends InRoom {
  kind: 'notified';
  messageId: string;
  channel: string;
}

/** The person's membership of this room ended, or with `null` the session of this client. */
export interface AccessEnded extends Actor {
  kind: 'accessEnded';
  chatRoomId: string | null;
}

/** `ended`: the client was stopped on purpose and owes no final view. The others are for reports; no invariant needs them. */
export interface ConnectionChanged extends Actor {
  kind: 'connected' | 'disconnected' | 'ended';
  reason?: string;
}

/** Something the run did, such as a fault that it caused. No invariant needs it. */
export interface Marker extends Stamp {
  kind: 'marker';
  label: string;
  facts?: Record<string, string | number | boolean | null>;
}

/** An event before the writer has stamped it. */
export type UnstampedEvent = HistoryEvent extends infer E ? (E extends Stamp ? Omit<E, keyof Stamp> : never) : never;

/** Stands for a content in histories and dumps: 96 bits are plenty for telling apart what one run sends. */
export function digestContent(content: string): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 16);
}

const requiredByKind: Record<HistoryKind, readonly string[]> = {
  invoke: ['client', 'userId', 'op', 'chatRoomId'],
  ok: ['client', 'userId', 'op', 'chatRoomId'],
  fail: ['client', 'userId', 'op', 'chatRoomId', 'error'],
  unknown: ['client', 'userId', 'op', 'chatRoomId', 'error'],
  received: ['client', 'userId', 'chatRoomId', 'message'],
  resumed: ['client', 'userId', 'chatRoomId', 'seqs'],
  read: ['client', 'userId', 'chatRoomId', 'unread'],
  final: ['client', 'userId', 'chatRoomId', 'messages'],
  notified: ['userId', 'chatRoomId', 'messageId', 'channel'],
  accessEnded: ['client', 'userId'],
  connected: ['client', 'userId'],
  disconnected: ['client', 'userId'],
  ended: ['client', 'userId'],
  marker: ['label'],
};

/**
 * Reads one line of a history. Throws a `SyntaxError` on what is no JSON and a `TypeError` on what is no event. Fields
 * within an event are believed: the writer is ours, and the check of a long run should not take twice as long.
 */
export function parseHistoryEvent(line: string): HistoryEvent {
  const value = JSON.parse(line) as Partial<Record<string, unknown>>;
  const required = requiredByKind[value?.kind as HistoryKind];
  if (!required) throw new TypeError(`No event of a history has the kind ${JSON.stringify(value?.kind)}.`);
  const missing = required.find((field) => value[field] === undefined);
  if (missing) throw new TypeError(`An event of kind ${value.kind} has no ${missing}.`);
  return value as unknown as HistoryEvent;
}
