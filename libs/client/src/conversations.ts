import type { ChatRoom, Conversation, DirectMessage, RoomHistoryAnswer, RoomMessage } from '@hallway/contracts';
import { toBackoffMs } from './backoff.ts';
import { type Extent, fetchConversationPages } from './conversation-pages.ts';
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
// A room whose last ten messages are all void has none worth a line in the list.
const lastMessagesLooked = 10;
// When the whole list is compared after only its changes were fetched: spread, so that a gateway's people do it one by one.
const wholeAfterMs = { least: 60_000, spread: 180_000 };
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
  #again: Extent | null = null;
  /** The latest activity that a finished fetch has seen, in milliseconds since 1970; null before the first. */
  #knownUpTo: number | null = null;
  #cancelTimer: () => void = () => undefined;
  #cancelWhole: (() => void) | null = null;

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
    this.#cancelWhole?.();
    this.#cancelWhole = null;
    this.#data = createConversationsData('');
    this.#fetching = false;
    this.#again = null;
    this.#knownUpTo = null;
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
    this.#fetch('whole');
  }

  /**
   * Fetches the rooms that were active since the last fetch, and the whole list some minutes later. Only for somebody who
   * asks for the counts of all known rooms in another way: a mark that another device moved makes no room active.
   */
  refetchChanges(): void {
    this.#fetch(this.#knownUpTo === null ? 'whole' : 'changes');
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

  #fetch(extent: Extent): void {
    if (this.#fetching) {
      this.#again = this.#again === 'whole' ? 'whole' : extent;
      return;
    }
    this.#fetching = true;
    this.#cancelTimer();
    inBackground('conversations.fetch', this.#deps.onFault, () => this.#fetchNow(this.#data.me, extent, 0));
  }

  async #fetchNow(me: string, extent: Extent, attempt: number): Promise<void> {
    try {
      this.dispatch({ type: 'refetchBegun' });
      const { complete, newest } = await this.#fetchPages(me, extent);
      if (me !== this.#data.me) return;
      this.dispatch({ type: 'refetchEnded', complete });
      this.#knownUpTo = newest;
      this.#fetching = false;
      this.#planWhole(extent === 'whole' || complete);
      this.#publish();
      const again = this.#again;
      this.#again = null;
      if (again !== null) this.#fetch(again);
    } catch (cause) {
      if (me === this.#data.me) this.#onFetchFailed(me, { extent, attempt, cause });
      throw cause;
    }
  }

  async #fetchPages(me: string, extent: Extent): Promise<{ complete: boolean; newest: number }> {
    const onPage = (conversations: Conversation[]) => {
      if (me !== this.#data.me) return false;
      for (const { chatRoom } of conversations) this.#deps.people.meetRoom(chatRoom);
      this.dispatch({ type: 'page', conversations });
      this.#publish();
      return true;
    };
    return fetchConversationPages(this.#deps.rest, { extent, knownUpTo: this.#knownUpTo, onPage });
  }

  #planWhole(done: boolean): void {
    if (done) {
      this.#cancelWhole?.();
      this.#cancelWhole = null;
      return;
    }
    const { least, spread } = wholeAfterMs;
    this.#cancelWhole ??= this.#deps.timers.after(least + this.#deps.random() * spread, () => this.refetch());
  }

  #onFetchFailed(me: string, { extent, attempt, cause }: { extent: Extent; attempt: number; cause: unknown }): void {
    const error = toBody(cause);
    if (this.store.getSnapshot().status !== 'ready') this.store.set({ ...loading, status: 'failed', error });
    const inMs = toBackoffMs({ attempt, retryAfterMs: error.retryAfterMs, random: this.#deps.random });
    this.#cancelTimer = this.#deps.timers.after(inMs, () => {
      inBackground('conversations.fetch', this.#deps.onFault, () => this.#fetchNow(me, extent, attempt + 1));
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
