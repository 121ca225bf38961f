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

/**
 * Turns key strokes into the few signals that are worth sending: one a second while somebody types, the first of a new burst
 * as soon as the server would relay it, and one when they stop.
 */
export function createTypingSignal({ emit, timers, now }: TypingDeps): (isTyping: boolean) => void {
  let emittedAt = Number.NEGATIVE_INFINITY;
  let told = false;
  let cancelIdle: () => void = () => undefined;
  let cancelNext: (() => void) | null = null;

  function tell(): void {
    cancelNext = null;
    told = true;
    emittedAt = now();
    emit(true);
  }

  function stop(): void {
    cancelIdle();
    cancelNext?.();
    cancelNext = null;
    if (told) emit(false);
    told = false;
  }

  return function setTyping(isTyping) {
    if (!isTyping) {
      stop();
      return;
    }
    cancelIdle();
    cancelIdle = timers.after(idleMs, stop);
    const waitMs = emittedAt + repeatMs - now();
    if (waitMs <= 0) tell();
    // Somebody who sends and goes on typing must not look idle for the rest of the second.
    else if (!told) cancelNext ??= timers.after(waitMs, tell);
  };
}
