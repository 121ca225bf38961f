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
    const resync = createResync({ tellAll: () => told++, canAnswer: () => true });
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

  it('when a resume could not be answered yet, tells as soon as it can, once for all who asked meanwhile', () => {
    let [told, isBack] = [0, false];
    const resync = createResync({ tellAll: () => told++, canAnswer: () => isBack });
    resync.request();
    vi.advanceTimersByTime(1000);
    resync.request();
    expect(told).toBe(0);
    isBack = true;
    vi.advanceTimersByTime(50);
    expect(told).toBe(1);
    resync.stop();
  });

  it('when a connection stays away, tells after five seconds all the same', () => {
    let told = 0;
    const resync = createResync({ tellAll: () => told++, canAnswer: () => false });
    resync.request();
    vi.advanceTimersByTime(4950);
    expect(told).toBe(0);
    vi.advanceTimersByTime(50);
    expect(told).toBe(1);
    resync.stop();
  });
});
