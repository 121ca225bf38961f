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

  it('when what is kept weighs more than 8 MB, keeps the latest, and announces a megabyte at a time', async () => {
    const { log } = captureLog();
    let isAway = true;
    const batches: number[] = [];
    const { appendOrKeep } = createAnnounceLater({
      log,
      appendEvents: async (events) => {
        if (isAway) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        batches.push(events.length);
      },
    });
    const heavy = Array.from({ length: 60 }, (_, index) => ({ id: String(index), words: 'x'.repeat(250_000) }));
    await appendOrKeep(heavy as unknown as DomainEvent[]);
    isAway = false;
    await vi.advanceTimersByTimeAsync(100);
    expect(new Set(batches)).toEqual(new Set([4, 1]));
    expect(batches.reduce((sum, count) => sum + count)).toBe(33);
  });

  it('when an event may only be told now, never keeps it, and announces it once Redis is there, kept ones or not', async () => {
    const { appendOrKeep, state } = start();
    const [hidden, open, later] = eventsNamed('hidden', 'open', 'later') as [DomainEvent, DomainEvent, DomainEvent];
    state.isAway = true;
    await appendOrKeep([hidden, open], new Set([hidden]));
    state.isAway = false;
    await appendOrKeep([later], new Set([later]));
    expect(state.announced).toEqual(['later']);
    await vi.advanceTimersByTimeAsync(100);
    expect(state.announced).toEqual(['later', 'open']);
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
