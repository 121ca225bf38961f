import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestTabs } from '../test/tab-locks.ts';
import { OutboxLead } from './outbox-lead.ts';
import { createTimers } from './timers.ts';

describe('OutboxLead', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function openTabs(count: number): OutboxLead[] {
    const tabs = createTestTabs();
    const timers = createTimers(() => undefined);
    return Array.from({ length: count }, () => new OutboxLead({ tabs, timers, onLead: () => undefined }));
  }

  async function stand(...leads: OutboxLead[]): Promise<boolean[]> {
    for (const lead of leads) lead.stand('outbox');
    await vi.advanceTimersByTimeAsync(0);
    return leads.map((lead) => lead.isLeading());
  }

  it('when several tabs stand, exactly one leads; when it resigns, the next does', async () => {
    const [first, second, third] = openTabs(3) as [OutboxLead, OutboxLead, OutboxLead];
    expect(await stand(first, second, third)).toEqual([true, false, false]);
    first.resign();
    await vi.advanceTimersByTimeAsync(0);
    expect([first, second, third].map((lead) => lead.isLeading())).toEqual([false, true, false]);
  });

  it('when the leader is silent while something waits, another takes over and the first stands again', async () => {
    const [first, second] = openTabs(2) as [OutboxLead, OutboxLead];
    await stand(first, second);
    second.expectProgress();
    await vi.advanceTimersByTimeAsync(9_900);
    expect(second.isLeading()).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect([first.isLeading(), second.isLeading()]).toEqual([false, true]);
    second.resign();
    await vi.advanceTimersByTimeAsync(0);
    expect(first.isLeading()).toBe(true);
  });

  it('when the leader is heard of in time, stays led', async () => {
    const [first, second] = openTabs(2) as [OutboxLead, OutboxLead];
    await stand(first, second);
    second.expectProgress();
    await vi.advanceTimersByTimeAsync(9_000);
    second.noteProgress();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([first.isLeading(), second.isLeading()]).toEqual([true, false]);
  });

  it('when the entries are shared with nobody, always leads', () => {
    const timers = createTimers(() => undefined);
    expect(new OutboxLead({ tabs: null, timers, onLead: () => undefined }).isLeading()).toBe(true);
  });
});
