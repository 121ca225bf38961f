import type { RoomMessage } from '@hallway/contracts';
import { createError, type FaultListener } from './faults.ts';
import type { TabChannel, Tabs } from './tabs.ts';
import type { Timers } from './timers.ts';
import type { OutboxEntry, OutboxStorage } from './types.ts';

/** What the tabs of a person tell each other about entries. */
export type OutboxNews =
  | { kind: 'kept'; entry: OutboxEntry }
  | { kind: 'sending'; clientMessageId: string; sending: boolean }
  | { kind: 'stored'; message: RoomMessage }
  | { kind: 'discarded'; clientMessageId: string };

interface ShelfDeps {
  storage: OutboxStorage;
  tabs: Tabs | null;
  timers: Timers;
  onFault: FaultListener;
  onNews: (news: OutboxNews) => void;
}

// A storage that is full or hangs must not keep a message from being sent; it only loses what a reload would need.
const storagePatienceMs = 2_000;

/** The stored side of the outbox: writes in order, and tells the other tabs once a write is durable. */
export class OutboxShelf {
  readonly #deps: ShelfDeps;
  #userId = '';
  #channel: TabChannel | null = null;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(deps: ShelfDeps) {
    this.#deps = deps;
  }

  open(userId: string): void {
    this.#userId = userId;
    this.#channel =
      this.#deps.tabs?.openChannel(`hallway-outbox-${userId}`, (news) => this.#deps.onNews(news as OutboxNews)) ?? null;
  }

  close(): void {
    this.#channel?.close();
    this.#channel = null;
  }

  list(): Promise<OutboxEntry[]> {
    return this.#deps.storage.list(this.#userId);
  }

  /** Calls `onKept` once: when the entry would survive a reload, or when the storage cannot or does not keep it. */
  put(entry: OutboxEntry, onKept: (kept: boolean) => void): void {
    let settled = false;
    const settle = (kept: boolean) => {
      cancel();
      if (!settled) onKept(kept);
      settled = true;
    };
    const cancel = this.#deps.timers.after(storagePatienceMs, () => {
      this.#deps.onFault({ at: 'outbox.put', cause: createError('INTERNAL', 'The outbox storage does not answer.') });
      settle(false);
    });
    this.#write(
      () => this.#deps.storage.put(entry),
      (kept) => {
        if (kept) this.tell({ kind: 'kept', entry });
        settle(kept);
      },
    );
  }

  remove({ userId, clientMessageId }: OutboxEntry, news: OutboxNews): void {
    this.#write(
      () => this.#deps.storage.remove(userId, clientMessageId),
      () => this.tell(news),
    );
  }

  tell(news: OutboxNews): void {
    this.#channel?.post(news);
  }

  #write(work: () => Promise<void>, then: (done: boolean) => void): void {
    this.#writes = this.#writes.then(async () => {
      try {
        await work();
        then(true);
      } catch (cause) {
        this.#deps.onFault({ at: 'outbox.storage', cause });
        then(false);
      }
    });
  }
}
