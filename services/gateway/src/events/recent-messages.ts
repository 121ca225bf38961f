// A redelivery follows its first delivery by seconds: this is several seconds of a busy gateway, and about a megabyte.
const defaultEntries = 10_000;

/**
 * Remembers the messages that were delivered here last, by room and `seq`, so that one that is announced again, as after a
 * crash between announcing and finishing a batch, is normally not delivered twice. Forgets the oldest.
 */
export function createRecentMessages(maxEntries = defaultEntries) {
  const recent = new Set<string>();

  /** Answers whether the message is new here, and remembers it. */
  return function isNews({ chatRoomId, seq }: { chatRoomId: string; seq: number }): boolean {
    const key = `${chatRoomId}:${seq}`;
    if (recent.has(key)) return false;
    if (recent.size >= maxEntries) {
      const oldest = recent.keys().next().value;
      if (oldest !== undefined) recent.delete(oldest);
    }
    recent.add(key);
    return true;
  };
}

export type IsNews = ReturnType<typeof createRecentMessages>;
