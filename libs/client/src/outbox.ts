import type { ErrorBody, RoomMessage } from '@hallway/contracts';
import type { Connection } from './connection.ts';
import { createError, type FaultListener, inBackground, isOfSession, toBody } from './faults.ts';
import { createOutboxEntry } from './outbox-entry.ts';
import { OutboxItems } from './outbox-items.ts';
import { OutboxLead } from './outbox-lead.ts';
import { type OutboxItem, pickReady, postpone } from './outbox-queue.ts';
import { type OutboxNews, OutboxShelf } from './outbox-shelf.ts';
import type { Rest } from './rest.ts';
import { SendDoors } from './send-doors.ts';
import type { SpanListener } from './send-span.ts';
import type { Tabs } from './tabs.ts';
import type { WaitingMessage } from './timeline-data.ts';
import type { Timers } from './timers.ts';
import type { OutboxEntry, OutboxStorage } from './types.ts';

export interface OutboxDeps {
  storage: OutboxStorage;
  connection: Pick<Connection, 'request' | 'isOnline' | 'store'>;
  rest: Pick<Rest, 'post'>;
  tabs: Tabs | null;
  timers: Timers;
  now: () => number;
  random: () => number;
  onFault: FaultListener;
  onSpan: SpanListener | undefined;
  /** A message of mine has its place. */
  onStored: (message: RoomMessage) => void;
  onChanged: (chatRoomId: string) => void;
}

// More than anybody types while offline; each is drawn, stored and sent again, so there has to be an end.
const mostEntries = 500;
// Rooms that send at the same moment: enough to empty an outbox quickly, far below the server's burst of 50.
const mostRoomsAtOnce = 8;

/** Messages that are not stored yet: kept before they are sent, sent again until they are stored or refused. */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #items: OutboxItems;
  /** Rooms with a message in flight, and its `clientMessageId`. */
  readonly #busyRooms = new Map<string, string>();
  readonly #shelf: OutboxShelf;
  readonly #lead: OutboxLead;
  readonly #doors: SendDoors;
  #userId: string | null = null;
  /** The server's rate limit counts a person's sends in all rooms together. */
  #pausedUntil = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    this.#items = new OutboxItems(deps.onChanged);
    const tabs = deps.storage.shared ? deps.tabs : null;
    this.#shelf = new OutboxShelf({ ...deps, tabs, onNews: (news) => this.#onNews(news) });
    this.#lead = new OutboxLead({ tabs, timers: deps.timers, onLead: () => this.#readShelf() });
    this.#doors = new SendDoors({ ...deps, onOpen: () => this.#standUp() });
  }

  /** Begins with what a person left unsent, on this page or an earlier one. */
  load(userId: string): void {
    this.unload();
    this.#userId = userId;
    this.#shelf.open(userId);
    this.#doors.missed();
    this.#readShelf();
  }

  /** Forgets everything on this page; what is stored stays for the person's next sign-in. */
  unload(): void {
    this.#userId = null;
    this.#doors.forget();
    this.#lead.resign();
    this.#shelf.close();
    this.#cancelTimer();
    this.#items.clear();
    this.#busyRooms.clear();
    this.#pausedUntil = 0;
  }

  waiting(chatRoomId: string): WaitingMessage[] {
    return this.#items.waiting(chatRoomId);
  }

  /** Throws `HallwayError` on content that can never be sent, and when too much is waiting already. */
  add(chatRoomId: string, content: string): void {
    const userId = this.#userId;
    if (userId === null) throw createError('UNAUTHENTICATED');
    if (this.#items.size >= mostEntries) {
      throw createError('RATE_LIMITED', `${mostEntries} messages are waiting to be sent. Wait until some are.`);
    }
    const now = this.#deps.now();
    this.#keep(createOutboxEntry({ userId, chatRoomId, content, order: this.#items.nextOrder(now), now }));
  }

  retry(clientMessageId: string): void {
    const entry = this.#items.get(clientMessageId)?.waiting.entry;
    if (entry?.failed) this.#keep({ ...entry, failed: null });
  }

  /** Only a failed message can be taken back: any other may be stored already. */
  discard(clientMessageId: string): void {
    const entry = this.#items.get(clientMessageId)?.waiting.entry;
    if (!entry?.failed) return;
    this.#shelf.remove(entry, { kind: 'discarded', clientMessageId });
    this.#items.drop(clientMessageId);
  }

  /** A stored message was seen, from wherever: its entry is done, in every tab. */
  confirm(message: RoomMessage): void {
    const entry = this.#items.get(message.clientMessageId)?.waiting.entry;
    if (entry?.chatRoomId !== message.chatRoomId || entry.userId !== message.senderId || message.isVoid) return;
    this.#shelf.remove(entry, { kind: 'stored', message });
    this.#settle(message);
    this.#pump();
  }

  /** The connection came up: what waited for it goes at once. */
  wake(): void {
    this.#items.stopWaiting();
    this.#doors.connected();
  }

  /** What needs the same as sends went through the socket: nothing waits out a time that was drawn while it did not. */
  worksAgain(): void {
    this.#items.stopWaiting();
    this.#doors.worksAgain();
    this.#pump();
  }

  /** There is no connection, and another tab may have one. Told at each change, of which one may open the other door. */
  rest(): void {
    if (this.#doors.missed()) this.#lead.resign();
    else this.#pump();
  }

  #standUp(): void {
    if (this.#userId === null) return;
    // A tab that was closed may have kept a message without telling of it.
    this.#readShelf();
    this.#lead.stand(`hallway-outbox-${this.#userId}`);
    this.#pump();
  }

  #keep(entry: OutboxEntry): void {
    const item = this.#items.add(entry, 'pending');
    this.#shelf.put(entry, (kept) => {
      item.kept = kept ? 'kept' : 'unkeepable';
      this.#pump();
    });
  }

  #readShelf(): void {
    const userId = this.#userId;
    const keptBefore = this.#items.keptIds();
    inBackground('outbox.list', this.#deps.onFault, async () => {
      const entries = await this.#shelf.list();
      if (userId !== this.#userId) return;
      const listed = new Set(entries.map((entry) => entry.clientMessageId));
      for (const id of keptBefore) if (!listed.has(id)) this.#items.drop(id);
      for (const entry of entries) if (!this.#items.get(entry.clientMessageId)) this.#items.add(entry, 'kept');
      this.#pump();
    });
  }

  /** The room's next message may go: one that was seen stored does not wait for its acknowledgement as well. */
  #free(chatRoomId: string, clientMessageId: string): void {
    if (this.#busyRooms.get(chatRoomId) === clientMessageId) this.#busyRooms.delete(chatRoomId);
  }

  /** The timeline takes the message before the entry goes from it, so that it is drawn all the time. */
  #settle(message: RoomMessage): void {
    this.#items.forget(message.clientMessageId);
    this.#free(message.chatRoomId, message.clientMessageId);
    this.#deps.onStored(message);
    this.#deps.onChanged(message.chatRoomId);
  }

  #pump(): void {
    this.#cancelTimer();
    if (this.#userId === null || !this.#doors.isOpen()) return;
    const now = this.#deps.now();
    const { ready, wakeAt } = pickReady(this.#items.all(), { busyRooms: this.#busyRooms.keys(), now });
    if (!this.#lead.isLeading()) {
      if (ready.length > 0) this.#lead.expectProgress();
      return;
    }
    const paused = this.#pausedUntil > now;
    const lookAgainAt = paused && ready.length > 0 ? this.#pausedUntil : wakeAt;
    if (lookAgainAt !== null) this.#cancelTimer = this.#deps.timers.after(lookAgainAt - now, () => this.#pump());
    if (paused) return;
    for (const item of ready.slice(0, mostRoomsAtOnce - this.#busyRooms.size)) {
      inBackground('outbox.send', this.#deps.onFault, () => this.#send(item));
    }
  }

  async #send(item: OutboxItem): Promise<void> {
    const { chatRoomId, clientMessageId } = item.waiting.entry;
    const userId = this.#userId;
    this.#busyRooms.set(chatRoomId, clientMessageId);
    this.#show(item, true);
    try {
      const message = await this.#doors.send(item.waiting.entry);
      if (userId !== this.#userId) return;
      this.#items.stopWaiting();
      this.confirm(message);
    } catch (cause) {
      if (userId === this.#userId && this.#items.get(clientMessageId) === item) this.#onRefused(item, toBody(cause));
    } finally {
      if (userId === this.#userId) {
        this.#free(chatRoomId, clientMessageId);
        this.#pump();
      }
    }
  }

  #onRefused(item: OutboxItem, error: ErrorBody): void {
    if (!error.retryable && !isOfSession(error)) {
      this.#keepFailed(item, error);
      return;
    }
    postpone(item, error, this.#deps);
    if (error.code === 'RATE_LIMITED') this.#pausedUntil = item.notBefore;
    this.#show(item, false);
  }

  #keepFailed(item: OutboxItem, error: ErrorBody): void {
    const entry = { ...item.waiting.entry, failed: error };
    this.#items.show(entry.clientMessageId, { entry, sending: false });
    this.#shelf.put(entry, () => undefined);
  }

  #show(item: OutboxItem, sending: boolean): void {
    const { clientMessageId } = item.waiting.entry;
    this.#items.show(clientMessageId, { sending });
    this.#shelf.tell({ kind: 'sending', clientMessageId, sending });
  }

  /** From another tab of the same person. */
  #onNews(news: OutboxNews): void {
    this.#lead.noteProgress();
    if (news.kind === 'kept') this.#items.add(news.entry, 'kept');
    if (news.kind === 'discarded') this.#items.drop(news.clientMessageId);
    if (news.kind === 'sending') this.#items.show(news.clientMessageId, { sending: news.sending });
    if (news.kind === 'stored') this.#settle(news.message);
    this.#pump();
  }
}
