/** What a proxy does to the bytes that pass. Every field is optional, and what is absent is left alone. */
export interface ProxyFaults {
  /** Added to each way, and so twice to a round trip. */
  latencyMs?: number;
  /** Random addition to or subtraction from the latency of each chunk, at most this. Bytes keep their order. */
  jitterMs?: number;
  /** Upper limit for each way of each connection. */
  bytesPerSecond?: number;
  /**
   * Both ways are swallowed while the connections stay open: what a dead peer behind a live network looks like. A
   * connection that has lost bytes in this way is reset when the fault ends, because TCP never delivers a stream with a
   * hole; one on which nobody said anything goes on.
   */
  halfOpen?: boolean;
}

export const noFaults: Required<ProxyFaults> = { latencyMs: 0, jitterMs: 0, bytesPerSecond: 0, halfOpen: false };

/** The faults of one connection: its own ones over those of the whole proxy. */
export function mergeFaults(all: ProxyFaults, own: ProxyFaults): Required<ProxyFaults> {
  return { ...noFaults, ...all, ...own };
}

/** Throws a `RangeError` on a fault that could never be meant, such as a negative latency. */
export function assertFaults(faults: ProxyFaults): void {
  for (const field of ['latencyMs', 'jitterMs', 'bytesPerSecond'] as const) {
    const value = faults[field];
    if (value !== undefined && !(Number.isFinite(value) && value >= 0)) {
      throw new RangeError(`${field} has to be a number from 0 on, and is ${value}.`);
    }
  }
}
