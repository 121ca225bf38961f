import { compareOrder, createItem, type OutboxItem } from './outbox-queue.ts';
import type { WaitingMessage } from './timeline-data.ts';
import type { OutboxEntry } from './types.ts';

/** The messages in the outbox of one page, by `clientMessageId`. Whoever draws a room hears of each change. */
export class OutboxItems {
  readonly #items = new Map<string, OutboxItem>();
  readonly #onChanged: (chatRoomId: string) => void;
  #lastOrder = 0;

  constructor(onChanged: (chatRoomId: string) => void) {
    this.#onChanged = onChanged;
  }

  get size(): number {
    return this.#items.size;
  }

  get(clientMessageId: string): OutboxItem | undefined {
    return this.#items.get(clientMessageId);
  }

  all(): OutboxItem[] {
    return [...this.#items.values()];
  }

  /** A place behind all that were ever here, also when the clock goes backwards. */
  nextOrder(now: number): number {
    return Math.max(this.#lastOrder + 1, now);
  }

  /** Ids of those that would survive a reload. */
  keptIds(): string[] {
    return [...this.#items].filter(([, item]) => item.kept === 'kept').map(([id]) => id);
  }

  /** What a room waits for, in the order of sending. */
  waiting(chatRoomId: string): WaitingMessage[] {
    const items = this.all().filter((item) => item.waiting.entry.chatRoomId === chatRoomId);
    return items.sort(compareOrder).map((item) => item.waiting);
  }

  add(entry: OutboxEntry, kept: OutboxItem['kept']): OutboxItem {
    const item = createItem(entry, kept);
    this.#items.set(entry.clientMessageId, item);
    this.#lastOrder = Math.max(this.#lastOrder, entry.order);
    this.#onChanged(entry.chatRoomId);
    return item;
  }

  /** Lets what is drawn of an item say something else. */
  show(clientMessageId: string, change: Partial<WaitingMessage>): void {
    const item = this.#items.get(clientMessageId);
    if (item === undefined) return;
    item.waiting = { ...item.waiting, ...change };
    this.#onChanged(item.waiting.entry.chatRoomId);
  }

  drop(clientMessageId: string): void {
    const entry = this.#items.get(clientMessageId)?.waiting.entry;
    if (this.forget(clientMessageId) && entry !== undefined) this.#onChanged(entry.chatRoomId);
  }

  /** Without a word: for an item that something else is drawn in place of. */
  forget(clientMessageId: string): boolean {
    return this.#items.delete(clientMessageId);
  }

  /** Something got through: whatever drew a long wait while nothing did may go, once the time that the server named is over. */
  stopWaiting(): void {
    for (const item of this.#items.values()) item.notBefore = Math.min(item.notBefore, item.askedUntil);
  }

  clear(): void {
    this.#items.clear();
  }
}
