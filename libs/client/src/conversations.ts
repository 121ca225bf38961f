import {
  type ChatRoom,
  type Conversation,
  type ConversationsAnswer,
  type DirectMessage,
  limits,
  type RoomHistoryAnswer,
  type RoomMessage,
} from '@hallway/contracts';
import { toBackoffMs } from './backoff.ts';
import {
  applyConversationsEvent,
  type ConversationsData,
  type ConversationsEvent,
  createConversationsData,
  sortConversations,
} from './conversations-state.ts';
import { type FaultListener, inBackground, toBody } from './faults.ts';
import type { FetchHistory } from './history.ts';
import type { PeopleCache } from './people-cache.ts';
import type { Rest } from './rest.ts';
import { toRoomMessage } from './room-message-merge.ts';
import { createStore, type WritableStore } from './store.ts';
import type { Timers } from './timers.ts';
import type { ConversationsState } from './types.ts';

interface ConversationsDeps {
  rest: Rest;
  fetchHistory: FetchHistory;
  people: PeopleCache;
  timers: Timers;
  random: () => number;
  onFault: FaultListener;
}

const loading: ConversationsState = { status: 'loading', error: null, conversations: [], unreadTotal: 0 };
// Nobody scrolls further than this in a list; search finds what lies beyond, and live events still bring it up.
const mostConversations = 1000;
// A room whose last ten messages are all void has none worth a line in the list.
const lastMessagesLooked = 10;
// Lookups of single rooms that run or wait; beyond it the list is fetched instead.
const mostLookups = 20;

/** The person's conversation list: fetched once, then kept true by live events, and looked at again after a break. */
export class Conversations {
  readonly store: WritableStore<ConversationsState>;
  readonly #deps: ConversationsDeps;
  /** Rooms being looked up, and whether something was heard of them since. */
  readonly #lookups = new Map<string, boolean>();
  #data: ConversationsData = createConversationsData('');
  #fetching = false;
  #again = false;
  #cancelTimer: () => void = () => undefined;

  constructor(deps: ConversationsDeps) {
    this.#deps = deps;
    this.store = createStore(loading, deps.onFault);
  }

  get data(): ConversationsData {
    return this.#data;
  }

  begin(me: string): void {
    this.clear();
    this.#data = createConversationsData(me);
  }

  fetchUnlessBegun(me: string): void {
    const untouched = this.store.getSnapshot().status === 'loading' && !this.#fetching;
    if (untouched && me === this.#data.me) this.refetch();
  }

  clear(): void {
    this.#cancelTimer();
    this.#data = createConversationsData('');
    this.#fetching = false;
    this.#again = false;
    this.#lookups.clear();
    this.store.set(loading);
  }

  dispatch(...events: ConversationsEvent[]): void {
    const next = events.reduce(applyConversationsEvent, this.#data);
    if (next === this.#data) return;
    const changed = next.byRoom !== this.#data.byRoom;
    this.#data = next;
    if (changed && this.store.getSnapshot().status === 'ready') this.#publish();
  }

  /** Fetches the whole list: a room that one was added to while nobody listened may stand anywhere in it. */
  refetch(): void {
    if (this.#fetching) {
      this.#again = true;
      return;
    }
    this.#fetching = true;
    this.#cancelTimer();
    inBackground('conversations.fetch', this.#deps.onFault, () => this.#fetchAll(this.#data.me, 0));
  }

  /**
   * A message by person, answered in the room's shape. Null when the room is not known here, or does not list the
   * sender: then the room is looked up.
   */
  hear(direct: DirectMessage): RoomMessage | null {
    const known = this.#data.byRoom.get(direct.chatRoomId);
    const message = known === undefined ? null : toRoomMessage(direct, known.chatRoom);
    if (message !== null) this.dispatch({ type: 'message', message });
    else this.lookUp(direct.chatRoomId);
    return message;
  }

  addRoom(chatRoom: ChatRoom): void {
    if (chatRoom.lastSeq === 0) this.#add({ chatRoom, messages: [], lastSeq: 0, lastReadSeq: 0 });
    else this.lookUp(chatRoom.id);
  }

  /** Fetches one room's line of the list. */
  lookUp(chatRoomId: string): void {
    if (this.#lookups.has(chatRoomId)) {
      this.#lookups.set(chatRoomId, true);
      return;
    }
    if (this.#lookups.size >= mostLookups) {
      this.refetch();
      return;
    }
    this.#lookups.set(chatRoomId, false);
    inBackground('conversations.look-up', this.#deps.onFault, () => this.#lookUpNow(chatRoomId, this.#data.me));
  }

  async #lookUpNow(chatRoomId: string, me: string): Promise<void> {
    try {
      const answer = await this.#deps.fetchHistory(chatRoomId, { limit: lastMessagesLooked });
      if (me === this.#data.me) this.#add(answer);
    } catch (cause) {
      // The list itself is fetched until it succeeds. A room that is gone again needs nothing.
      if (me === this.#data.me && toBody(cause).retryable) this.refetch();
      throw cause;
    } finally {
      const heardMore = this.#lookups.get(chatRoomId) === true;
      if (me === this.#data.me) this.#lookups.delete(chatRoomId);
      if (me === this.#data.me && heardMore) this.lookUp(chatRoomId);
    }
  }

  #add(answer: RoomHistoryAnswer): void {
    this.#deps.people.meetRoom(answer.chatRoom);
    this.dispatch({ type: 'roomAdded', conversation: toConversation(answer, this.#data.me) });
  }

  async #fetchAll(me: string, attempt: number): Promise<void> {
    try {
      this.dispatch({ type: 'refetchBegun' });
      const complete = await this.#fetchPages(me);
      if (me !== this.#data.me) return;
      this.dispatch({ type: 'refetchEnded', complete });
      this.#fetching = false;
      this.#publish();
      if (this.#again) {
        this.#again = false;
        this.refetch();
      }
    } catch (cause) {
      if (me === this.#data.me) this.#onFetchFailed(me, attempt, cause);
      throw cause;
    }
  }

  /** True when the pages reached the end of the list. */
  async #fetchPages(me: string): Promise<boolean> {
    let cursor: string | undefined;
    for (let fetched = 0; fetched < mostConversations; ) {
      const limit = this.store.getSnapshot().status === 'ready' ? limits.pageMax : limits.pageDefault;
      const answer = (await this.#deps.rest.get('/api/messages', { limit, cursor })) as ConversationsAnswer;
      if (me !== this.#data.me) return false;
      for (const { chatRoom } of answer.conversations) this.#deps.people.meetRoom(chatRoom);
      this.dispatch({ type: 'page', conversations: answer.conversations });
      this.#publish();
      if (answer.nextCursor === null) return true;
      cursor = answer.nextCursor;
      fetched += answer.conversations.length;
    }
    return false;
  }

  #onFetchFailed(me: string, attempt: number, cause: unknown): void {
    const error = toBody(cause);
    if (this.store.getSnapshot().status !== 'ready') this.store.set({ ...loading, status: 'failed', error });
    const inMs = toBackoffMs({ attempt, retryAfterMs: error.retryAfterMs, random: this.#deps.random });
    this.#cancelTimer = this.#deps.timers.after(inMs, () => {
      inBackground('conversations.fetch', this.#deps.onFault, () => this.#fetchAll(me, attempt + 1));
    });
  }

  #publish(): void {
    const conversations = sortConversations(this.#data);
    const unreadTotal = conversations.reduce((total, { unread }) => total + unread, 0);
    this.store.set({ status: 'ready', error: null, conversations, unreadTotal });
  }
}

function toConversation({ chatRoom, messages, lastSeq, lastReadSeq }: RoomHistoryAnswer, me: string): Conversation {
  const lastMessage = messages.findLast((message) => !message.isVoid) ?? null;
  const other = chatRoom.type === 'direct' ? chatRoom.participants.find((person) => person.id !== me) : undefined;
  return {
    chatRoom: { ...chatRoom, lastSeq: Math.max(chatRoom.lastSeq, lastSeq) },
    with: other ?? null,
    lastMessage,
    lastReadSeq,
    unread: lastSeq - lastReadSeq,
    lastActivityAt: lastMessage?.createdAt ?? chatRoom.createdAt,
  };
}
