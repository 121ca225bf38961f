import type { FaultListener } from './faults.ts';
import type { Store } from './types.ts';

export interface WritableStore<T> extends Store<T> {
  /** Replaces the value; the same value again is no change. */
  set(next: T): void;
}

/**
 * Both methods of a store work without their object, as React's `useSyncExternalStore` calls them.
 * A listener that throws is reported and keeps none of the others from hearing of the change.
 */
export function createStore<T>(initial: T, onFault: FaultListener): WritableStore<T> {
  let value = initial;
  const listeners = new Set<{ call: () => void }>();
  return {
    getSnapshot: () => value,
    subscribe(listener) {
      const registration = { call: listener };
      listeners.add(registration);
      return () => void listeners.delete(registration);
    },
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const registration of [...listeners]) {
        try {
          registration.call();
        } catch (cause) {
          onFault({ at: 'store.listener', cause });
        }
      }
    },
  };
}
