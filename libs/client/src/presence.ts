import { limits } from '@hallway/contracts';
import type { Connection } from './connection.ts';
import { type FaultListener, inBackground } from './faults.ts';
import { createStore, type WritableStore } from './store.ts';
import type { Timers } from './timers.ts';

interface PresenceDeps {
  connection: Pick<Connection, 'request' | 'isOnline'>;
  timers: Timers;
  onFault: FaultListener;
}

// A screen that draws fifty people asks for them one by one: they become one question.
const gatherMs = 100;
// A refused or lost watch is repeated; the next change of the list, or the next connection, would do the same.
const retryMs = 5_000;

/** Who of the watched people is online. Watches of the same person add up; the latest 200 people are watched. */
export class Presence {
  readonly store: WritableStore<ReadonlySet<string>>;
  readonly #deps: PresenceDeps;
  /** Watches a person, in the order of the latest watch. */
  readonly #watches = new Map<string, number>();
  /** What was heard of people since the question that is under way: its answer may be read later, and is older. */
  readonly #heardSince = new Map<string, boolean>();
  #cancelTimer: (() => void) | null = null;

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
    this.store = createStore<ReadonlySet<string>>(new Set(), deps.onFault);
  }

  watch(userIds: readonly string[]): () => void {
    const watched = [...new Set(userIds)];
    for (const userId of watched) {
      const count = this.#watches.get(userId) ?? 0;
      this.#watches.delete(userId);
      this.#watches.set(userId, count + 1);
    }
    this.#gather(gatherMs);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      for (const userId of watched) this.#unwatch(userId);
      this.#gather(gatherMs);
    };
  }

  /** The connection came up, and knows nothing of earlier watches. */
  wake(): void {
    if (this.#watches.size > 0) this.#gather(0);
  }

  apply(event: { userId: string; online: boolean }): void {
    if (this.#watches.has(event.userId)) this.#heardSince.set(event.userId, event.online);
    const online = this.store.getSnapshot();
    if (!this.#watches.has(event.userId) || online.has(event.userId) === event.online) return;
    const next = new Set(online);
    if (event.online) next.add(event.userId);
    else next.delete(event.userId);
    this.store.set(next);
  }

  /** Somebody else signs in, or nobody: what one person may see is not for the next. */
  clear(): void {
    this.#watches.clear();
    this.#heardSince.clear();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.store.set(new Set());
  }

  #unwatch(userId: string): void {
    const count = this.#watches.get(userId) ?? 0;
    if (count > 1) this.#watches.set(userId, count - 1);
    else this.#watches.delete(userId);
  }

  #gather(inMs: number): void {
    if (this.#cancelTimer !== null) return;
    this.#cancelTimer = this.#deps.timers.after(inMs, () => {
      this.#cancelTimer = null;
      if (this.#deps.connection.isOnline()) inBackground('presence.watch', this.#deps.onFault, () => this.#ask());
    });
  }

  async #ask(): Promise<void> {
    const userIds = [...this.#watches.keys()].slice(-limits.watchedPeople);
    this.#heardSince.clear();
    try {
      const { online } = await this.#deps.connection.request('watchPresence', { userIds });
      this.#show(online);
    } catch (cause) {
      if (this.#deps.connection.isOnline()) this.#gather(retryMs);
      throw cause;
    }
  }

  #show(online: readonly string[]): void {
    const next = new Set(online.filter((userId) => this.#watches.has(userId)));
    for (const [userId, isOnline] of this.#heardSince) {
      if (!isOnline) next.delete(userId);
      else if (this.#watches.has(userId)) next.add(userId);
    }
    const known = this.store.getSnapshot();
    if (next.size !== known.size || [...next].some((userId) => !known.has(userId))) this.store.set(next);
  }
}
