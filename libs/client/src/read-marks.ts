import { toBackoffMs } from './backoff.ts';
import type { Connection } from './connection.ts';
import { type FaultListener, inBackground } from './faults.ts';
import type { Timers } from './timers.ts';
import { HallwayError } from './types.ts';

interface ReadMarksDeps {
  connection: Pick<Connection, 'request' | 'isOnline'>;
  timers: Timers;
  random: () => number;
  onFault: FaultListener;
}

interface PendingMark {
  upToSeq: number;
  attempt: number;
  /** In flight, or waiting for the second to pass. */
  busy: boolean;
}

// The worker writes a room's marks once a second: more would cost and say nothing.
const spacingMs = 1_000;

/** Tells the server how far the person has read: at most once a room and second, the furthest mark, until it is told. */
export class ReadMarks {
  readonly #deps: ReadMarksDeps;
  /** One entry a room that was read and not told; bounded by the rooms that a page opens. */
  readonly #pending = new Map<string, PendingMark>();

  constructor(deps: ReadMarksDeps) {
    this.#deps = deps;
  }

  mark(chatRoomId: string, upToSeq: number): void {
    const known = this.#pending.get(chatRoomId) ?? { upToSeq: 0, attempt: 0, busy: false };
    known.upToSeq = Math.max(known.upToSeq, upToSeq);
    this.#pending.set(chatRoomId, known);
    this.#tell(chatRoomId, known);
  }

  /** The connection came up. */
  wake(): void {
    for (const [chatRoomId, mark] of this.#pending) this.#tell(chatRoomId, mark);
  }

  clear(): void {
    this.#pending.clear();
  }

  #tell(chatRoomId: string, mark: PendingMark): void {
    if (mark.busy || !this.#deps.connection.isOnline()) return;
    mark.busy = true;
    const { upToSeq } = mark;
    inBackground('read-marks.tell', this.#deps.onFault, async () => {
      let waitMs = spacingMs;
      try {
        await this.#deps.connection.request('markRead', { chatRoomId, upToSeq });
        mark.attempt = 0;
        if (mark.upToSeq <= upToSeq) mark.upToSeq = 0;
      } catch (cause) {
        waitMs += this.#waitAfter(cause, mark);
        // A room that may not be marked will not be marked by asking again.
        if (cause instanceof HallwayError && !cause.body.retryable) mark.upToSeq = 0;
      }
      this.#deps.timers.after(waitMs, () => this.#tellAgain(chatRoomId, mark));
    });
  }

  #tellAgain(chatRoomId: string, mark: PendingMark): void {
    mark.busy = false;
    if (this.#pending.get(chatRoomId) !== mark) return;
    if (mark.upToSeq === 0) this.#pending.delete(chatRoomId);
    else this.#tell(chatRoomId, mark);
  }

  #waitAfter(cause: unknown, mark: PendingMark): number {
    const retryAfterMs = cause instanceof HallwayError ? cause.body.retryAfterMs : undefined;
    mark.attempt += 1;
    return toBackoffMs({ attempt: mark.attempt, retryAfterMs, random: this.#deps.random });
  }
}
