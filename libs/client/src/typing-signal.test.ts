import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTimers } from './timers.ts';
import { createTypingSignal } from './typing-signal.ts';

describe('createTypingSignal', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function build() {
    const emitted: [boolean, number][] = [];
    const began = Date.now();
    const emit = (isTyping: boolean) => void emitted.push([isTyping, Date.now() - began]);
    const timers = createTimers(() => undefined);
    return { emitted, setTyping: createTypingSignal({ emit, timers, now: Date.now }) };
  }

  it('when keys are struck all the time, says so once a second', () => {
    const { emitted, setTyping } = build();
    for (let stroke = 0; stroke < 25; stroke += 1) {
      setTyping(true);
      vi.advanceTimersByTime(100);
    }
    expect(emitted).toEqual([
      [true, 0],
      [true, 1000],
      [true, 2000],
    ]);
  });

  it('when no key is struck for five seconds, says that it stopped', () => {
    const { emitted, setTyping } = build();
    setTyping(true);
    vi.advanceTimersByTime(60_000);
    expect(emitted).toEqual([
      [true, 0],
      [false, 5000],
    ]);
  });

  it('when the message is sent, says so at once, and only if it had said anything', () => {
    const { emitted, setTyping } = build();
    setTyping(false);
    setTyping(true);
    setTyping(false);
    setTyping(false);
    expect(emitted).toEqual([
      [true, 0],
      [false, 0],
    ]);
  });

  it('when somebody goes on typing right after sending, says so as soon as the second is over', () => {
    const { emitted, setTyping } = build();
    setTyping(true);
    vi.advanceTimersByTime(300);
    setTyping(false);
    setTyping(true);
    vi.advanceTimersByTime(100);
    setTyping(true);
    vi.advanceTimersByTime(2000);
    expect(emitted).toEqual([
      [true, 0],
      [false, 300],
      [true, 1000],
    ]);
  });
});
