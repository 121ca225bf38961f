import type { Timeline, TimelineState } from '@hallway/client';

/** Waits until a store says what is wanted; null when it did not in time. */
export function waitFor<T>(
  { subscribe, getSnapshot }: Pick<Timeline, 'subscribe' | 'getSnapshot'>,
  find: (state: TimelineState) => T | undefined,
  withinMs: number,
): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<T | null>();
  const look = () => {
    const found = find(getSnapshot());
    if (found !== undefined) resolve(found);
  };
  const stop = subscribe(look);
  const timer = setTimeout(() => resolve(null), withinMs);
  look();
  return promise.finally(() => {
    stop();
    clearTimeout(timer);
  });
}
