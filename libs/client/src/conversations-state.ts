import type { ChatRoom, Conversation, RoomMessage } from '@hallway/contracts';
import { laterVersion } from './room-message-merge.ts';

/** The conversation list as facts that only grow, so that pages and live events may come in any order. */
export interface ConversationsData {
  readonly me: string;
  readonly byRoom: ReadonlyMap<string, Conversation>;
  /** Rooms that live events spoke of since the refetch began, which an older page must not undo; null between refetches. */
  readonly refetch: { readonly touched: ReadonlySet<string>; readonly listed: ReadonlySet<string> } | null;
  /** Rooms that were left since the last refetch began: a page that was on its way may still list them. */
  readonly removed: ReadonlySet<string>;
}

export type ConversationsEvent =
  | { type: 'refetchBegun' }
  | { type: 'page'; conversations: readonly Conversation[] }
  /** `complete`: the pages named every room, so that what they left out is gone. */
  | { type: 'refetchEnded'; complete: boolean }
  | { type: 'message'; message: RoomMessage }
  /** The room has a message of this `seq`, and nothing else is known of it. */
  | { type: 'heard'; chatRoomId: string; lastSeq: number }
  | { type: 'read'; chatRoomId: string; userId: string; lastReadSeq: number }
  | { type: 'roomAdded'; conversation: Conversation }
  | { type: 'roomUpdated'; chatRoom: ChatRoom }
  | { type: 'roomRemoved'; chatRoomId: string };

// Rooms that one person leaves while one page lies open; beyond it the oldest are forgotten.
const mostRemoved = 500;

export function createConversationsData(me: string): ConversationsData {
  return { me, byRoom: new Map(), refetch: null, removed: new Set() };
}

/** Pure: events applied to an old list end in what a fresh fetch answers, in whatever order they and the pages come. */
export function applyConversationsEvent(state: ConversationsData, event: ConversationsEvent): ConversationsData {
  switch (event.type) {
    case 'refetchBegun':
      return { ...state, refetch: { touched: new Set(), listed: new Set() }, removed: new Set() };
    case 'page':
      return applyPage(state, event.conversations);
    case 'refetchEnded':
      return applyRefetchEnd(state, event.complete);
    case 'message':
      return change(state, event.message.chatRoomId, (known) => withMessage(known, event.message, state.me));
    case 'heard':
      return change(state, event.chatRoomId, (known) => withLastSeq(known, event.lastSeq));
    case 'read':
      return change(state, event.chatRoomId, (known) => withMark(known, event, state.me));
    case 'roomAdded':
      return applyRoomAdded(state, event.conversation);
    case 'roomUpdated':
      return change(state, event.chatRoom.id, (known) => withChatRoom(known, event.chatRoom));
    case 'roomRemoved':
      return applyRoomRemoved(state, event.chatRoomId);
  }
}

/** Latest activity first; rooms of the same moment by id, so that the order is the same everywhere. */
export function sortConversations(state: ConversationsData): Conversation[] {
  return [...state.byRoom.values()].sort(
    (a, b) => compare(b.lastActivityAt, a.lastActivityAt) || compare(b.chatRoom.id, a.chatRoom.id),
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function applyPage(state: ConversationsData, conversations: readonly Conversation[]): ConversationsData {
  const byRoom = new Map(state.byRoom);
  const listed = new Set(state.refetch?.listed);
  for (const conversation of conversations) {
    const { id } = conversation.chatRoom;
    listed.add(id);
    if (state.removed.has(id)) continue;
    byRoom.set(id, merge(byRoom.get(id), conversation, state.me));
  }
  return { ...state, byRoom, refetch: state.refetch === null ? null : { ...state.refetch, listed } };
}

function applyRefetchEnd(state: ConversationsData, complete: boolean): ConversationsData {
  const { refetch } = state;
  if (refetch === null || !complete) return { ...state, refetch: null };
  const kept = [...state.byRoom].filter(([id]) => refetch.listed.has(id) || refetch.touched.has(id));
  return { ...state, byRoom: new Map(kept), refetch: null };
}

function applyRoomAdded(state: ConversationsData, conversation: Conversation): ConversationsData {
  const { id } = conversation.chatRoom;
  const removed = new Set(state.removed);
  removed.delete(id);
  const byRoom = new Map(state.byRoom);
  byRoom.set(id, merge(byRoom.get(id), conversation, state.me));
  return touch({ ...state, byRoom, removed }, id);
}

function applyRoomRemoved(state: ConversationsData, chatRoomId: string): ConversationsData {
  const byRoom = new Map(state.byRoom);
  byRoom.delete(chatRoomId);
  const removed = new Set([...state.removed, chatRoomId].slice(-mostRemoved));
  return { ...state, byRoom, removed };
}

function change(
  state: ConversationsData,
  chatRoomId: string,
  apply: (known: Conversation) => Conversation,
): ConversationsData {
  const known = state.byRoom.get(chatRoomId);
  if (known === undefined) return state;
  const next = apply(known);
  if (next === known) return touch(state, chatRoomId);
  return touch({ ...state, byRoom: new Map(state.byRoom).set(chatRoomId, next) }, chatRoomId);
}

function touch(state: ConversationsData, chatRoomId: string): ConversationsData {
  const { refetch } = state;
  if (refetch === null || refetch.touched.has(chatRoomId)) return state;
  return { ...state, refetch: { ...refetch, touched: new Set([...refetch.touched, chatRoomId]) } };
}

/** What two accounts of one conversation know together. */
function merge(known: Conversation | undefined, other: Conversation, me: string): Conversation {
  if (known === undefined) return recount(other, other.chatRoom.lastSeq, other.lastReadSeq);
  const lastSeq = Math.max(known.chatRoom.lastSeq, other.chatRoom.lastSeq);
  const lastReadSeq = Math.max(known.lastReadSeq, other.lastReadSeq);
  const described = { ...known, chatRoom: other.chatRoom, with: other.with };
  const merged = recount(described, lastSeq, lastReadSeq);
  return other.lastMessage === null ? merged : withMessage(merged, other.lastMessage, me);
}

function withMessage(known: Conversation, message: RoomMessage, me: string): Conversation {
  const mine = message.senderId === me && !message.isVoid;
  const counted = recount(
    known,
    Math.max(known.chatRoom.lastSeq, message.seq),
    Math.max(known.lastReadSeq, mine ? message.seq : 0),
  );
  const last = counted.lastMessage;
  if (message.isVoid || (last !== null && message.seq < last.seq)) return counted;
  if (last?.seq !== message.seq) return { ...counted, lastMessage: message, lastActivityAt: message.createdAt };
  const later = laterVersion(last, message);
  return later === last ? counted : { ...counted, lastMessage: later };
}

function withLastSeq(known: Conversation, lastSeq: number): Conversation {
  return recount(known, Math.max(known.chatRoom.lastSeq, lastSeq), known.lastReadSeq);
}

function withMark(
  known: Conversation,
  { userId, lastReadSeq }: { userId: string; lastReadSeq: number },
  me: string,
): Conversation {
  const marked = withLastSeq(known, lastReadSeq);
  const counted =
    userId === me ? recount(marked, marked.chatRoom.lastSeq, Math.max(marked.lastReadSeq, lastReadSeq)) : marked;
  const last = counted.lastMessage;
  if (last === null || last.isRead || last.receiverId !== userId || last.seq > lastReadSeq) return counted;
  return { ...counted, lastMessage: { ...last, isRead: true } };
}

function withChatRoom(known: Conversation, chatRoom: ChatRoom): Conversation {
  const lastSeq = Math.max(known.chatRoom.lastSeq, chatRoom.lastSeq);
  return recount({ ...known, chatRoom }, lastSeq, known.lastReadSeq);
}

function recount(known: Conversation, lastSeq: number, lastReadSeq: number): Conversation {
  const unread = lastSeq - lastReadSeq;
  const counted = known.chatRoom.lastSeq === lastSeq && known.lastReadSeq === lastReadSeq && known.unread === unread;
  if (counted) return known;
  return { ...known, chatRoom: { ...known.chatRoom, lastSeq }, lastReadSeq, unread };
}
