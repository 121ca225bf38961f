import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createError } from './faults.ts';
import { ReadMarks } from './read-marks.ts';
import { createTimers } from './timers.ts';

describe('ReadMarks', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function build() {
    const told: unknown[] = [];
    const server = { online: true, answer: async (): Promise<unknown> => ({ lastReadSeq: 0, unread: 0 }) };
    const request = async (_event: string, payload: unknown) => {
      told.push(payload);
      return server.answer() as never;
    };
    const connection = { request, isOnline: () => server.online };
    const deps = { connection, timers: createTimers(() => undefined), random: () => 0, onFault: () => undefined };
    return { told, server, marks: new ReadMarks(deps) };
  }

  it('when a room is read further and further, tells the first and then the furthest once a second', async () => {
    const { told, marks } = build();
    for (let seq = 1; seq <= 30; seq += 1) {
      marks.mark('r', seq);
      await vi.advanceTimersByTimeAsync(50);
    }
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([1, 20, 30].map((upToSeq) => ({ chatRoomId: 'r', upToSeq })));
  });

  it('when it is told in vain, tells again; when it is refused for good, does not', async () => {
    const { told, server, marks } = build();
    server.answer = async () => {
      throw createError('TEMPORARILY_UNAVAILABLE');
    };
    marks.mark('r', 5);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(told.length).toBeGreaterThanOrEqual(2);
    server.answer = async () => {
      throw createError('NOT_FOUND');
    };
    await vi.advanceTimersByTimeAsync(5_000);
    const before = told.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toHaveLength(before);
  });

  it('when there is no connection, keeps the furthest mark for the next', async () => {
    const { told, server, marks } = build();
    server.online = false;
    marks.mark('r', 3);
    marks.mark('r', 2);
    expect(told).toEqual([]);
    server.online = true;
    marks.wake();
    expect(told).toEqual([{ chatRoomId: 'r', upToSeq: 3 }]);
  });
});
