import type { Tabs } from '../src/index.ts';
import { createTabs } from '../src/index.ts';

type Held = { release: (value?: unknown) => void; fail: (cause: unknown) => void };

/** Web Locks as far as tabs use them, in one process, which Node does not bring along. */
export function createTestLocks(): LockManager {
  const queues = new Map<string, (() => void)[]>();
  const holders = new Map<string, Held>();

  function next(name: string): void {
    const granted = holders.has(name) ? undefined : queues.get(name)?.shift();
    if (granted === undefined) return;
    // Taken before the waiter runs on, or a second one would be granted the same lock.
    holders.set(name, { release: () => undefined, fail: () => undefined });
    granted();
  }

  async function hold(name: string, work: (lock: null) => unknown): Promise<unknown> {
    let holder: Held | undefined;
    const stolen = new Promise((release, fail) => {
      holder = { release, fail };
      holders.set(name, holder);
    });
    try {
      return await Promise.race([work(null), stolen]);
    } finally {
      if (holders.get(name) === holder) {
        holders.delete(name);
        next(name);
      }
    }
  }

  async function request(name: string, options: LockOptions, work: (lock: null) => unknown): Promise<unknown> {
    if (options.steal) {
      holders.get(name)?.fail(new DOMException('stolen', 'AbortError'));
      holders.delete(name);
      return hold(name, work);
    }
    await new Promise<void>((granted, refused) => {
      const queue = queues.get(name) ?? [];
      queues.set(name, [...queue, granted]);
      options.signal?.addEventListener('abort', () => {
        queues.set(
          name,
          (queues.get(name) ?? []).filter((waiting) => waiting !== granted),
        );
        refused(options.signal?.reason);
      });
      next(name);
    });
    return hold(name, work);
  }

  return { request, query: async () => ({}) } as unknown as LockManager;
}

/** The tabs of one browser of its own. */
export function createTestTabs(): Tabs {
  const [locks, browser] = [createTestLocks(), crypto.randomUUID()];
  return createTabs({
    locks,
    openChannel: (name) => new BroadcastChannel(`${browser}:${name}`),
    onFault: () => undefined,
  });
}
