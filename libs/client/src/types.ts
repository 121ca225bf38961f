import type {
  ChatRoom,
  ChildrenAnswer,
  Conversation,
  Course,
  CourseAnswer,
  ErrorBody,
  MessageType,
  Person,
  PublicUser,
  RoomMessage,
  Session,
} from '@hallway/contracts';
import type { Blocks } from './blocks-types.ts';
import type { Rooms } from './rooms-types.ts';
import type { SecondFactorClient, SignInSteps } from './second-factor-types.ts';

/** A value that changes over time. Snapshots are immutable and keep their identity until something in them changes. */
export interface Store<T> {
  /** Calls `listener` after each change; answers the function that ends it. */
  subscribe(listener: () => void): () => void;
  getSnapshot(): T;
}

export type SessionState =
  | { status: 'restoring' }
  | { status: 'signed-out'; reason: string | null }
  | { status: 'signed-in'; user: PublicUser };

export type ConnectionState =
  | { status: 'idle' }
  | { status: 'connecting' }
  | { status: 'online' }
  | { status: 'reconnecting'; inMs: number }
  | { status: 'offline' };

/** How far a message of mine has come. `read` is told in direct rooms only. */
export type DeliveryState =
  | { status: 'queued' }
  | { status: 'sending' }
  | { status: 'sent' }
  | { status: 'read' }
  | { status: 'failed'; error: ErrorBody };

export interface TimelineMessage {
  /** Stable from the first drawing on: sender and `clientMessageId`. */
  key: string;
  /** Null until the server has given it a place. */
  seq: number | null;
  clientMessageId: string;
  senderId: string;
  content: string;
  messageType: MessageType;
  /** ISO 8601; the client's clock until the server has answered. */
  createdAt: string;
  mine: boolean;
  delivery: DeliveryState;
  stored: RoomMessage | null;
}

export interface TimelineState {
  status: 'loading' | 'ready' | 'failed';
  error: ErrorBody | null;
  chatRoom: ChatRoom | null;
  /** Ascending `seq`, without holes; then what waits in the outbox, oldest first. */
  messages: TimelineMessage[];
  /** Whether messages older than the first exist. */
  hasOlder: boolean;
  loadingOlder: boolean;
  lastSeq: number;
  lastReadSeq: number;
  /** Ids of the other people who type at the moment. */
  typing: string[];
}

/** One chat room as a screen shows it. Opening joins the room; closing leaves it. */
export interface Timeline extends Store<TimelineState> {
  loadOlder(): Promise<void>;
  /** Puts a message into the outbox and draws it at once. Throws on content that can never be sent. */
  send(content: string): void;
  retry(clientMessageId: string): void;
  /** Removes a failed message from the outbox. */
  discard(clientMessageId: string): void;
  /** Says that the person has seen everything up to `seq`. Cheap to call often. */
  markRead(seq: number): void;
  /** Cheap to call on each key stroke. */
  setTyping(isTyping: boolean): void;
  close(): void;
}

export interface ConversationsState {
  status: 'loading' | 'ready' | 'failed';
  error: ErrorBody | null;
  /** Latest activity first. */
  conversations: Conversation[];
  /** Sum of `unread`, capped by nothing. */
  unreadTotal: number;
}

export interface PeopleQuery {
  query?: string;
  cursor?: string;
}

/** Everything a page needs of Hallway: one per page and person. */
export interface HallwayClient extends Rooms, Blocks {
  readonly session: Store<SessionState>;
  readonly connection: Store<ConnectionState>;
  readonly conversations: Store<ConversationsState>;
  /** Ids of watched people who are online. */
  readonly online: Store<ReadonlySet<string>>;
  /** Tries the refresh cookie; ends as signed in or signed out. */
  restore(): Promise<void>;
  /**
   * Throws `HallwayError`. `SECOND_FACTOR_REQUIRED` and `SECOND_FACTOR_SETUP_REQUIRED` are not the end: `signInSteps` goes on.
   */
  signIn(username: string, password: string): Promise<void>;
  /** What follows a right password, or takes its place. */
  readonly signInSteps: SignInSteps;
  /** The second factors of the person who is signed in. */
  readonly secondFactor: SecondFactorClient;
  signOut(): Promise<void>;
  /** Names of people met so far, for showing senders. */
  person(userId: string): PublicUser | undefined;
  openTimeline(chatRoomId: string): Timeline;
  /** Finds or makes the direct room with a person. */
  openDirectRoom(participantId: string, courseId?: string): Promise<ChatRoom>;
  /** Watches who of these people is online, for as long as the answer has not been called. Watches add up. */
  watchPresence(userIds: string[]): () => void;
  people(query: PeopleQuery): Promise<{ people: Person[]; nextCursor: string | null }>;
  courses(): Promise<Course[]>;
  children(): Promise<ChildrenAnswer['children']>;
  course(courseId: string, currentChatRoomId?: string): Promise<CourseAnswer>;
  sessions(): Promise<Session[]>;
  endSession(sessionId: string): Promise<void>;
  /** Closes the socket and every timer. The client cannot be used again. */
  destroy(): void;
}

/** A refusal by the server, or a failure to reach it (`code` is then `TEMPORARILY_UNAVAILABLE`). */
export class HallwayError extends Error {
  readonly body: ErrorBody;
  constructor(body: ErrorBody) {
    super(body.message);
    this.name = 'HallwayError';
    this.body = body;
  }
}

/** A message that waits for its acknowledgement, as the outbox keeps it. */
export interface OutboxEntry {
  userId: string;
  chatRoomId: string;
  clientMessageId: string;
  content: string;
  messageType: MessageType;
  createdAt: string;
  /** Grows with each entry of a person: the order of sending. */
  order: number;
  failed: ErrorBody | null;
}

/** Where unsent messages survive a reload. Two ship: IndexedDB and memory; one suite runs on both. */
export interface OutboxStorage {
  /** Whether the other tabs of this browser see the same entries, so that one tab at a time may send for all. */
  readonly shared?: boolean;
  list(userId: string): Promise<OutboxEntry[]>;
  put(entry: OutboxEntry): Promise<void>;
  remove(userId: string, clientMessageId: string): Promise<void>;
}
