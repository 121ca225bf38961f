import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Presence } from './presence.ts';
import { createTimers } from './timers.ts';

describe('Presence', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function build() {
    const asked: string[][] = [];
    const request = async (_event: string, { userIds }: { userIds: string[] }) => {
      asked.push(userIds);
      return { online: userIds } as never;
    };
    const connection = { request: request as never, isOnline: () => true };
    const presence = new Presence({ connection, timers: createTimers(() => undefined), onFault: () => undefined });
    return { asked, presence, pass: () => vi.advanceTimersByTimeAsync(100) };
  }

  it('when more than two hundred are watched, watches the two hundred asked for last', async () => {
    const { asked, presence, pass } = build();
    presence.watch(Array.from({ length: 250 }, (_, n) => `p${n}`));
    presence.watch(['p0']);
    await pass();
    expect(asked).toHaveLength(1);
    expect(asked[0]).toHaveLength(200);
    expect(asked[0]).toContain('p0');
    expect(asked[0]).not.toContain('p1');
  });

  it('when one of two watches of a person ends, the person stays watched; when both end, is forgotten', async () => {
    const { asked, presence, pass } = build();
    const stops = [presence.watch(['p']), presence.watch(['p', 'q'])];
    await pass();
    stops[0]?.();
    stops[0]?.();
    await pass();
    expect(asked.at(-1)).toEqual(['p', 'q']);
    stops[1]?.();
    await pass();
    expect(asked.at(-1)).toEqual([]);
    expect(presence.store.getSnapshot().size).toBe(0);
  });

  it('when someone goes offline before an older answer is read, stays offline', async () => {
    const { presence, pass } = build();
    presence.watch(['p', 'q']);
    const passed = pass();
    // The answer is on its way: it still says that everybody is there.
    vi.advanceTimersByTime(100);
    presence.apply({ userId: 'p', online: false });
    await passed;
    expect([...presence.store.getSnapshot()]).toEqual(['q']);
  });

  it('when someone comes online who is not watched, changes nothing', () => {
    const { presence } = build();
    const before = presence.store.getSnapshot();
    presence.apply({ userId: 'stranger', online: true });
    expect(presence.store.getSnapshot()).toBe(before);
  });
});
