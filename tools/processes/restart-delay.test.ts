import { describe, expect, it } from 'vitest';
import { createRestartDelay } from './restart-delay.ts';

function delayWithClock() {
  const clock = { now: 0 };
  return { clock, delay: createRestartDelay(() => clock.now) };
}

describe('createRestartDelay', () => {
  it('when a process dies for the first time, restarts it within a second', () => {
    expect(delayWithClock().delay.next()).toBeLessThan(1000);
  });

  it('when it dies again and again, doubles the delay up to half a minute', () => {
    const { delay } = delayWithClock();
    const delays = Array.from({ length: 10 }, () => delay.next());
    expect(delays.slice(0, 4)).toEqual([400, 800, 1600, 3200]);
    expect(delays.at(-1)).toBe(30_000);
  });

  it('when processes are killed on purpose, never waits longer than it is told to', () => {
    const delay = createRestartDelay(() => 0, 500);
    expect(Array.from({ length: 3 }, () => delay.next())).toEqual([400, 500, 500]);
  });

  it('when it stayed up for a minute in between, begins anew', () => {
    const { clock, delay } = delayWithClock();
    delay.next();
    const later = delay.next();
    clock.now += later + 60_000;
    expect(delay.next()).toBe(400);
    expect(delay.count()).toBe(1);
  });
});
