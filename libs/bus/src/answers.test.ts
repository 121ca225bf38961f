import { AppError } from '@hallway/platform';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPendingAnswers } from './answers.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const onTimeout = () => new AppError({ code: 'OUTCOME_UNKNOWN' });

/** What became of each request by its name. */
function expectAll(requests: Record<string, { withinMs: number; partition?: number }>) {
  const pending = createPendingAnswers();
  const ended: string[] = [];
  for (const [name, options] of Object.entries(requests)) {
    pending.expect(name, { ...options, onTimeout }).then(
      () => ended.push(`${name} answered`),
      () => ended.push(`${name} given up`),
    );
  }
  return { pending, ended };
}

describe('doubt', () => {
  it('when partitions are named, gives up their commands early and leaves other commands and questions alone', async () => {
    const { pending, ended } = expectAll({
      doubted: { withinMs: 6000, partition: 3 },
      elsewhere: { withinMs: 6000, partition: 4 },
      question: { withinMs: 6000 },
    });
    pending.doubt([2, 3], 1500);
    await vi.advanceTimersByTimeAsync(1499);
    expect(ended).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toEqual(['doubted given up']);
    await vi.advanceTimersByTimeAsync(4500);
    expect(ended).toEqual(['doubted given up', 'elsewhere given up', 'question given up']);
  });

  it('when the answer comes after all, hands it over', async () => {
    const { pending, ended } = expectAll({ late: { withinMs: 6000, partition: 3 } });
    pending.doubt([3], 1500);
    await vi.advanceTimersByTimeAsync(1400);
    pending.settle({ requestId: 'late', ok: true, value: {} });
    await vi.advanceTimersByTimeAsync(6000);
    expect(ended).toEqual(['late answered']);
  });

  it('when doubted again and again, does not move the end any further away', async () => {
    const { pending, ended } = expectAll({ doubted: { withinMs: 2000, partition: 3 } });
    for (let time = 0; time < 2000; time += 500) {
      pending.doubt([3], 1500);
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(ended).toEqual(['doubted given up']);
  });
});
