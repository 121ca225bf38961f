import type { Socket } from 'node:net';
import { createDelayQueue, type DelayQueue } from './delay-queue.ts';
import type { ProxyFaults } from './proxy-faults.ts';

interface FlowDeps {
  from: Socket;
  to: Socket;
  faults: () => Required<ProxyFaults>;
  /** From 0 to below 1. */
  random: () => number;
}

// What waits in one way of one connection before its source is paused: two full reads of a socket.
const waitingLimitBytes = 128 * 1024;

// A slow line trickles in slices of a twentieth of a second and does not stutter.
const slowSlicesPerSecond = 20;

/**
 * One way of one connection. Bytes leave in the order in which they came, whatever each was delayed by, and the end of the
 * stream comes after all of them. At most 128 KiB and what the sockets hold wait; then the source is paused.
 */
export function createDelayedFlow({ from, to, faults, random }: FlowDeps) {
  const waiting = createDelayQueue();
  const line = createSlowLine(() => faults().bytesPerSecond);
  const outlet = createOutlet({ to, line, waiting, faults });
  let ended = false;
  let timer: NodeJS.Timeout | undefined;

  function take(bytes: Buffer): void {
    const { halfOpen, latencyMs, jitterMs } = faults();
    if (halfOpen) {
      outlet.swallow(bytes);
      return;
    }
    waiting.add(bytes, performance.now() + Math.max(0, latencyMs + (2 * random() - 1) * jitterMs));
    if (waiting.size() > waitingLimitBytes) from.pause();
    if (timer === undefined) pass();
  }

  function pass(): void {
    clearTimeout(timer);
    timer = undefined;
    let waitMs = outlet.passNext();
    for (; waitMs === 0; waitMs = outlet.passNext()) {
      if (waiting.size() <= waitingLimitBytes / 2) from.resume();
    }
    if (waitMs !== null) timer = setTimeout(pass, waitMs);
    if (ended && waiting.size() === 0 && !faults().halfOpen) to.end();
  }

  from.on('data', take);
  from.on('end', () => {
    ended = true;
    pass();
  });
  to.on('drain', pass);

  return {
    /** To be called after the faults have changed: nothing waits longer than it would under the new ones. */
    reconsider(): void {
      const { latencyMs, jitterMs } = faults();
      waiting.hasten(performance.now() + latencyMs + jitterMs);
      line.release();
      pass();
    },
    stop(): void {
      clearTimeout(timer);
      waiting.clear();
    },
    stats: () => ({ ...outlet.traffic, waitingBytes: waiting.size() }),
  };
}

interface OutletDeps extends Pick<FlowDeps, 'to' | 'faults'> {
  line: SlowLine;
  waiting: DelayQueue;
}

function createOutlet({ to, line, waiting, faults }: OutletDeps) {
  const traffic = { passedBytes: 0, swallowedBytes: 0 };

  function swallow(bytes: Buffer): void {
    traffic.swallowedBytes += bytes.length;
  }

  function passSlice(now: number): void {
    const slice = waiting.take(line.sliceBytes());
    line.occupy(slice.length, now);
    if (faults().halfOpen) {
      swallow(slice);
      return;
    }
    traffic.passedBytes += slice.length;
    to.write(slice);
  }

  return {
    traffic,
    swallow,
    /**
     * Passes one slice and answers 0; or answers for how many milliseconds none may go. Null when there is nothing to come
     * back for: the queue is empty, or the far end is full and says by its 'drain' when it is not.
     */
    passNext(): number | null {
      const dueAt = waiting.dueAt();
      if (dueAt === undefined || to.destroyed || to.writableNeedDrain) return null;
      const now = performance.now();
      const waitMs = Math.max(dueAt, line.freeAt()) - now;
      if (waitMs > 0) return Math.ceil(waitMs);
      passSlice(now);
      return 0;
    },
  };
}

/** A line that takes its time for what is put on it. A limit of 0 is none. */
function createSlowLine(bytesPerSecond: () => number) {
  let freeAt = 0;

  return {
    sliceBytes(): number {
      const limit = bytesPerSecond();
      return limit === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(limit / slowSlicesPerSecond));
    },
    occupy(bytes: number, now: number): void {
      const limit = bytesPerSecond();
      freeAt = limit === 0 ? 0 : now + (bytes / limit) * 1000;
    },
    release(): void {
      freeAt = 0;
    },
    freeAt: (): number => freeAt,
  };
}

type SlowLine = ReturnType<typeof createSlowLine>;
