/** Bytes that wait for their time, in the order in which they came. */
export function createDelayQueue() {
  const chunks: { bytes: Buffer; dueAt: number }[] = [];
  let size = 0;

  return {
    /** Bytes are never due before those ahead of them: jitter changes the pace and not the order. */
    add(bytes: Buffer, dueAt: number): void {
      chunks.push({ bytes, dueAt: Math.max(dueAt, chunks.at(-1)?.dueAt ?? 0) });
      size += bytes.length;
    },

    /** Makes everything due at this moment at the latest. */
    hasten(latest: number): void {
      for (const chunk of chunks) chunk.dueAt = Math.min(chunk.dueAt, latest);
    },

    /** When the first chunk is due; undefined when nothing waits. */
    dueAt: (): number | undefined => chunks[0]?.dueAt,

    /** Takes the first chunk, or as much of it as is allowed. Empty when nothing waits. */
    take(atMost: number): Buffer {
      const [head] = chunks;
      if (!head) return Buffer.alloc(0);
      const taken = head.bytes.subarray(0, atMost);
      if (taken.length === head.bytes.length) chunks.shift();
      else head.bytes = head.bytes.subarray(taken.length);
      size -= taken.length;
      return taken;
    },

    clear(): void {
      chunks.length = 0;
      size = 0;
    },

    size: (): number => size,
  };
}

export type DelayQueue = ReturnType<typeof createDelayQueue>;
