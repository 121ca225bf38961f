// "At most one a second per person and room."
const everyMs = 1000;
// People who type at one moment on one gateway; far more than a gateway has.
const maxEntries = 20_000;

/** Says whether "is typing" of a person in a room may be relayed now. "Has stopped" is never held back and resets nothing. */
export function createTypingThrottle({ now = Date.now }: { now?: () => number } = {}) {
  // In the order of the last relay, oldest first.
  const relayedAt = new Map<string, number>();

  function forgetOld(time: number): void {
    for (const [key, at] of relayedAt) {
      if (time - at < everyMs && relayedAt.size < maxEntries) return;
      relayedAt.delete(key);
    }
  }

  return function mayRelay(userId: string, chatRoomId: string): boolean {
    const time = now();
    const key = `${userId}:${chatRoomId}`;
    const last = relayedAt.get(key);
    if (last !== undefined && time - last < everyMs) return false;
    relayedAt.delete(key);
    forgetOld(time);
    relayedAt.set(key, time);
    return true;
  };
}

export type MayRelayTyping = ReturnType<typeof createTypingThrottle>;
