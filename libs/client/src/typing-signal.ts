import type { Timers } from './timers.ts';

interface TypingDeps {
  emit: (isTyping: boolean) => void;
  timers: Timers;
  now: () => number;
}

// The server relays no more than one a second.
const repeatMs = 1_000;
// Somebody who stopped in the middle of a sentence is not typing.
const idleMs = 5_000;

/** Turns key strokes into the few signals that are worth sending. */
export function createTypingSignal({ emit, timers, now }: TypingDeps): (isTyping: boolean) => void {
  let emittedAt: number | null = null;
  let cancelIdle: () => void = () => undefined;

  function stop(): void {
    cancelIdle();
    if (emittedAt === null) return;
    emittedAt = null;
    emit(false);
  }

  return function setTyping(isTyping) {
    if (!isTyping) {
      stop();
      return;
    }
    cancelIdle();
    cancelIdle = timers.after(idleMs, stop);
    if (emittedAt !== null && now() - emittedAt < repeatMs) return;
    emittedAt = now();
    emit(true);
  };
}
