import type { Conversation } from '@hallway/contracts';
import { describe, expect, it } from 'vitest';
import { until } from '../test/campus-fixture.ts';
import { chatRoom, me } from '../test/room-model.ts';
import { Conversations } from './conversations.ts';
import { createUnreachable } from './faults.ts';
import { createPeopleCache } from './people-cache.ts';

const newestAt = Date.UTC(2026, 5, 1);
const hourMs = 3_600_000;

function line(id: number, hoursAgo: number): Conversation {
  const at = new Date(newestAt - hoursAgo * hourMs).toISOString();
  const room = { ...chatRoom, id: id.toString(16).padStart(24, '0'), createdAt: at };
  return { chatRoom: room, with: null, lastMessage: null, lastReadSeq: 0, unread: 0, lastActivityAt: at };
}

interface Timer {
  ms: number;
  run: () => void;
}

/** A list over a server that is an array, latest activity first, and timers that a test runs. */
function start(count: number) {
  const server = { lines: Array.from({ length: count }, (_, n) => line(n, n)), failures: 0 };
  const asked: number[] = [];
  const timers: Timer[] = [];
  async function get(_path: string, { limit, cursor }: { limit?: number; cursor?: string } = {}) {
    asked.push(Number(limit));
    if (server.failures > 0) {
      server.failures -= 1;
      throw createUnreachable();
    }
    const [from, to] = [Number(cursor ?? 0), Number(cursor ?? 0) + Number(limit)];
    return { conversations: server.lines.slice(from, to), nextCursor: to < server.lines.length ? String(to) : null };
  }
  const conversations = new Conversations({
    rest: {
      get: get as never,
      ...{ post: async () => null, put: async () => null, patch: async () => null, remove: async () => null },
    },
    fetchHistory: () => Promise.reject(new Error('no room is looked up')),
    people: createPeopleCache(),
    timers: {
      after(ms, run) {
        const timer = { ms, run };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
      },
      clearAll: () => undefined,
    },
    random: () => 0.5,
    onFault: () => undefined,
  });
  conversations.begin(me);
  const shown = () => conversations.store.getSnapshot().conversations.map(({ chatRoom: { id } }) => Number(`0x${id}`));
  const takeTimer = () => timers.splice(0, 1)[0];
  return { conversations, server, asked, timers, shown, takeTimer };
}

async function startListed(count: number) {
  const list = start(count);
  list.conversations.refetch();
  await until(() => list.shown().length === count);
  list.asked.length = 0;
  return list;
}

describe('refetchChanges', () => {
  it('when nothing was fetched before, fetches the whole list', async () => {
    const { conversations, asked, shown, timers } = start(120);
    conversations.refetchChanges();
    await until(() => shown().length === 120);
    expect(asked).toEqual([50, 200]);
    expect(timers).toEqual([]);
  });

  it('when a page ends in what was known, stops, and compares the whole list some minutes later', async () => {
    const { conversations, server, asked, shown, timers, takeTimer } = await startListed(120);
    // Far down: a room that one was added to, and another that one was taken out of. Neither shows on top.
    const added = { ...line(999, 100), lastActivityAt: new Date(newestAt - 99.5 * hourMs).toISOString() };
    server.lines = [line(500, -1), ...server.lines.slice(0, 100), added, ...server.lines.slice(101)];
    conversations.refetchChanges();
    await until(() => shown()[0] === 500);
    expect(asked).toEqual([20]);
    expect(shown()).toHaveLength(121);
    await until(() => timers.length === 1);
    const timer = takeTimer();
    expect(timer?.ms).toBe(150_000);
    timer?.run();
    await until(() => shown().includes(999));
    expect(shown()).toHaveLength(121);
    expect(shown()).not.toContain(100);
    expect(asked).toEqual([20, 200]);
    expect(timers).toEqual([]);
  });

  it('when activity lies within the last minutes of what was known, looks below it', async () => {
    const { conversations, server, asked, shown } = await startListed(120);
    // Committed late: it bears a time from before the last fetch, and more rooms than a page holds have come since.
    const late = { ...line(700, 0), lastActivityAt: new Date(newestAt - 60_000).toISOString() };
    const fresh = Array.from({ length: 25 }, (_, n) => line(800 + n, -30 + n));
    server.lines = [...fresh, ...server.lines.slice(0, 1), late, ...server.lines.slice(1)];
    conversations.refetchChanges();
    await until(() => shown().includes(700));
    expect(asked).toEqual([20, 200]);
  });

  it('when it is asked for again and again, plans one comparison, and the first whole fetch takes its place', async () => {
    const { conversations, asked, timers } = await startListed(120);
    for (let n = 1; n <= 3; n += 1) {
      conversations.refetchChanges();
      await until(() => asked.length === n && timers.length === 1);
    }
    conversations.refetch();
    await until(() => timers.length === 0);
    expect(asked).toEqual([20, 20, 20, 200]);
  });

  it('when the whole list is wanted meanwhile, fetches it afterwards', async () => {
    const { conversations, asked, timers } = await startListed(120);
    conversations.refetchChanges();
    conversations.refetch();
    conversations.refetchChanges();
    await until(() => asked.length === 2);
    expect(asked).toEqual([20, 200]);
    await until(() => timers.length === 0);
  });

  it('when it fails, is tried again as what it was', async () => {
    const { conversations, server, asked, shown, timers, takeTimer } = await startListed(120);
    server.failures = 1;
    server.lines = [line(500, -1), ...server.lines];
    conversations.refetchChanges();
    await until(() => timers.length === 1);
    takeTimer()?.run();
    await until(() => shown()[0] === 500);
    expect(asked).toEqual([20, 20]);
  });

  it('when the person is gone, leaves no timer behind', async () => {
    const { conversations, asked, timers } = await startListed(120);
    conversations.refetchChanges();
    await until(() => timers.length === 1);
    conversations.clear();
    expect(timers).toEqual([]);
    expect(asked).toEqual([20]);
  });
});
