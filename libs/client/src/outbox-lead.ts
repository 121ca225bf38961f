import type { Tabs } from './tabs.ts';
import type { Timers } from './timers.ts';

interface OutboxLeadDeps {
  /** Null when this tab shares its entries with nobody: it always leads. */
  tabs: Tabs | null;
  timers: Timers;
  onLead: () => void;
}

// Longer than a send with its retries takes; a leader that is silent for so long is frozen or has lost its network.
const patienceMs = 10_000;

/** Decides which of a person's tabs sends. A tab stands for the lead only while it has a way to send. */
export class OutboxLead {
  readonly #deps: OutboxLeadDeps;
  #name = '';
  #leading = false;
  #stop: (() => void) | null = null;
  #cancelTakeOver: (() => void) | null = null;

  constructor(deps: OutboxLeadDeps) {
    this.#deps = deps;
  }

  isLeading(): boolean {
    return this.#deps.tabs === null || this.#leading;
  }

  stand(name: string): void {
    if (this.#deps.tabs === null || this.#stop !== null) return;
    this.#name = name;
    this.#request(false);
  }

  resign(): void {
    this.#cancelTakeOver?.();
    this.#cancelTakeOver = null;
    this.#leading = false;
    this.#stop?.();
    this.#stop = null;
  }

  /** Something waits: the lead is taken over unless the leader is heard of in time. */
  expectProgress(): void {
    if (this.isLeading() || this.#stop === null || this.#cancelTakeOver !== null) return;
    this.#cancelTakeOver = this.#deps.timers.after(patienceMs, () => {
      this.resign();
      this.#request(true);
    });
  }

  noteProgress(): void {
    this.#cancelTakeOver?.();
    this.#cancelTakeOver = null;
  }

  #request(steal: boolean): void {
    const { tabs } = this.#deps;
    if (tabs === null) return;
    let current = true;
    const stop = tabs.lead({
      name: this.#name,
      steal,
      onLead: () => {
        if (!current) return;
        this.#leading = true;
        this.noteProgress();
        this.#deps.onLead();
      },
      onLost: () => {
        if (!current) return;
        this.resign();
        this.#request(false);
      },
    });
    this.#stop = () => {
      current = false;
      stop();
    };
  }
}
