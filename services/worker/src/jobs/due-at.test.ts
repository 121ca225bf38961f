import { describe, expect, it } from 'vitest';
import { type DueJob, dueAt } from './due-at.ts';

const job = (fields: Partial<DueJob>): DueJob => ({
  timestamp: 1000,
  delay: 0,
  attemptsMade: 0,
  opts: { delay: 0, backoff: { type: 'exponential', delay: 500, jitter: 0.5 } },
  ...fields,
});

describe('dueAt', () => {
  it('when a job never ran, is when its own delay has passed, also after it was moved among those that wait', () => {
    const opts = { delay: 30_000 };
    expect(dueAt(job({ opts, delay: 30_000 }))).toBe(31_000);
    expect(dueAt(job({ opts, delay: 0 }))).toBe(31_000);
  });

  it('when a job has failed and stands back, is when that is over', () => {
    expect(dueAt(job({ attemptsMade: 3, processedOn: 9000, delay: 1700 }))).toBe(10_700);
  });

  it('when a job has failed and waits again, is after the longest that it can have stood back', () => {
    expect(dueAt(job({ attemptsMade: 3, processedOn: 9000 }))).toBe(11_000);
  });

  it('when a job was in the hand of a worker that died, is when it could run first', () => {
    expect(dueAt(job({ attemptsMade: 0, processedOn: 9000 }))).toBe(1000);
  });
});
