import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createResync } from './resync.ts';

describe('createResync', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('when many ask at once, tells at once and once more two seconds later', () => {
    let told = 0;
    const resync = createResync({ tellAll: () => told++ });
    for (let n = 0; n < 16; n += 1) resync.request();
    expect(told).toBe(1);
    vi.advanceTimersByTime(2000);
    expect(told).toBe(2);
    vi.advanceTimersByTime(10_000);
    expect(told).toBe(2);
    resync.request();
    expect(told).toBe(3);
    resync.stop();
  });
});
