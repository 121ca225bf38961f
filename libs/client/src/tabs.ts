import type { FaultListener } from './faults.ts';

export interface Leadership {
  name: string;
  /** Takes the lead from a tab that holds it and does nothing. */
  steal: boolean;
  onLead: () => void;
  /** The lead went to another tab without our ending it. */
  onLost: () => void;
}

export interface TabChannel {
  post(message: unknown): void;
  close(): void;
}

/** What the tabs of one browser share. */
export interface Tabs {
  /** Runs `work` while no other tab runs work of this name. */
  alone<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Waits for the lead and keeps it until the answer is called. */
  lead(leadership: Leadership): () => void;
  /** Messages of the other tabs, never one's own. */
  openChannel(name: string, onMessage: (message: unknown) => void): TabChannel;
}

interface TabEngines {
  locks: LockManager;
  openChannel: (name: string) => BroadcastChannel;
  onFault: FaultListener;
}

// A frozen tab may hold the lock for ever. Going on without it is safe: the server forgives two refreshes within 10 s.
const patienceMs = 8_000;

/** Tabs over Web Locks and BroadcastChannel; null where the browser lacks one of the two, or where there is no browser. */
export function findBrowserTabs(onFault: FaultListener): Tabs | null {
  if (typeof document === 'undefined' || typeof BroadcastChannel === 'undefined') return null;
  const locks = globalThis.navigator?.locks;
  return locks ? createTabs({ locks, openChannel: (name) => new BroadcastChannel(name), onFault }) : null;
}

export function createTabs({ locks, openChannel, onFault }: TabEngines): Tabs {
  return {
    async alone(name, work) {
      let began = false;
      try {
        return await locks.request(name, { signal: AbortSignal.timeout(patienceMs) }, () => {
          began = true;
          return work();
        });
      } catch (cause) {
        if (began) throw cause;
        return await work();
      }
    },
    lead: (leadership) => holdLead(locks, leadership),
    openChannel(name, onMessage) {
      const channel = openChannel(name);
      channel.onmessage = (event: MessageEvent) => onMessage(event.data);
      return {
        post(message) {
          try {
            channel.postMessage(message);
          } catch (cause) {
            onFault({ at: 'tabs.post', cause });
          }
        },
        close: () => channel.close(),
      };
    },
  };
}

function holdLead(locks: LockManager, { name, steal, onLead, onLost }: Leadership): () => void {
  const ending = new AbortController();
  let release: () => void = () => undefined;
  const held = () => {
    if (ending.signal.aborted) return;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    onLead();
    return released;
  };
  // A stolen lock rejects the request of its holder, an ended wait that of the waiter; only the first is news.
  const options: LockOptions = steal ? { steal: true } : { signal: ending.signal };
  locks.request(name, options, held).catch(() => {
    if (!ending.signal.aborted) onLost();
  });
  return () => {
    ending.abort();
    release();
  };
}
