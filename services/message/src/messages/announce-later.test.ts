import type { DomainEvent } from '@hallway/contracts';
import { captureLog } from '@hallway/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAnnounceLater } from './announce-later.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const eventsNamed = (...ids: string[]) => ids.map((id) => ({ id }) as DomainEvent);

/** An event log in memory that can be away, and what was announced there. */
function start() {
  const { log, lines } = captureLog();
  const state = { isAway: false, announced: [] as string[] };
  const announceLater = createAnnounceLater({
    log,
    appendEvents: async (events) => {
      if (state.isAway) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      state.announced.push(...events.map(({ id }) => id));
    },
  });
  return { ...announceLater, state, lines };
}

describe('createAnnounceLater', () => {
  it('when Redis is there, announces at once', async () => {
    const { appendOrKeep, state } = start();
    await appendOrKeep(eventsNamed('a', 'b'));
    expect(state.announced).toEqual(['a', 'b']);
  });

  it('when Redis comes back, announces what was kept in its order, and what comes meanwhile behind it', async () => {
    const { appendOrKeep, state } = start();
    state.isAway = true;
    await appendOrKeep(eventsNamed('a'));
    await appendOrKeep(eventsNamed('b', 'c'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(state.announced).toEqual([]);
    state.isAway = false;
    await appendOrKeep(eventsNamed('d'));
    await vi.advanceTimersByTimeAsync(100);
    await appendOrKeep(eventsNamed('e'));
    expect(state.announced).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('when Redis is away for long, drops what a resume brings anyway', async () => {
    const { appendOrKeep, state } = start();
    state.isAway = true;
    await appendOrKeep(eventsNamed('old'));
    await vi.advanceTimersByTimeAsync(4000);
    await appendOrKeep(eventsNamed('young'));
    await vi.advanceTimersByTimeAsync(1500);
    state.isAway = false;
    await vi.advanceTimersByTimeAsync(100);
    expect(state.announced).toEqual(['young']);
    await appendOrKeep(eventsNamed('now'));
    expect(state.announced).toEqual(['young', 'now']);
  });

  it('when more is stored than may be kept, keeps the latest thousand', async () => {
    const { appendOrKeep, state } = start();
    state.isAway = true;
    const ids = Array.from({ length: 1250 }, (_, index) => String(index));
    await appendOrKeep(eventsNamed(...ids));
    state.isAway = false;
    await vi.advanceTimersByTimeAsync(100);
    expect(state.announced).toEqual(ids.slice(250));
  });

  it('when announcing fails for another reason than a store that is away, says so to the caller', async () => {
    const { log } = captureLog();
    const fault = new TypeError('not an event');
    const { appendOrKeep } = createAnnounceLater({ log, appendEvents: () => Promise.reject(fault) });
    await expect(appendOrKeep(eventsNamed('a'))).rejects.toBe(fault);
  });

  it('when stopped, tries no more', async () => {
    const { appendOrKeep, stop, state } = start();
    state.isAway = true;
    await appendOrKeep(eventsNamed('a'));
    stop();
    state.isAway = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(state.announced).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
