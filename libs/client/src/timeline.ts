import { limits } from '@hallway/contracts';
import { toBackoffMs } from './backoff.ts';
import type { Connection } from './connection.ts';
import { type FaultListener, inBackground, isOfSession, toBody } from './faults.ts';
import { createGapRepair, type GapRepair } from './gap-repair.ts';
import { type FetchHistory, toJoinAnswer } from './history.ts';
import { createStore, type WritableStore } from './store.ts';
import type { TimelineData, TimelineEvent } from './timeline-data.ts';
import { applyEvent, createTimelineData, findGap } from './timeline-state.ts';
import { createTimelineView } from './timeline-view.ts';
import type { Timers } from './timers.ts';
import type { TimelineState } from './types.ts';

export interface RoomTimelineDeps {
  me: string;
  chatRoomId: string;
  connection: Pick<Connection, 'request' | 'isOnline'>;
  fetchHistory: FetchHistory;
  /** An answer that brings what every open room misses is on its way. */
  isCatchingUp: () => boolean;
  timers: Timers;
  now: () => number;
  random: () => number;
  onFault: FaultListener;
  /** Called after each change, with what is known now and what was known before. */
  onChange: (data: TimelineData, before: TimelineData) => void;
}

// Received typing ends by itself: the one who types repeats it each second and may vanish without a word.
const typingMs = 6_000;
// A page that opens while the socket is still connecting, or cannot connect, reads over HTTP after this long.
const httpAfterMs = 1_000;

/** One open chat room: joins it, keeps its state and repairs it. */
export class RoomTimeline {
  readonly store: WritableStore<TimelineState>;
  readonly #deps: RoomTimelineDeps;
  readonly #view = createTimelineView();
  readonly #gapRepair: GapRepair;
  #data: TimelineData;
  #joining = false;
  #ended = false;
  #attempt = 0;
  #cancelJoin: () => void = () => undefined;
  #cancelTyping: () => void = () => undefined;

  constructor(deps: RoomTimelineDeps) {
    this.#deps = deps;
    this.#data = createTimelineData(deps.me);
    this.store = createStore<TimelineState>(this.#view(this.#data), deps.onFault);
    this.#gapRepair = createGapRepair({
      ...deps,
      findGap: () => findGap(this.#data),
      onMissed: (answer) => this.dispatch({ type: 'caughtUp', answer }),
    });
  }

  get data(): TimelineData {
    return this.#data;
  }

  open(): void {
    if (this.#deps.connection.isOnline()) {
      this.join();
      return;
    }
    this.#cancelJoin = this.#deps.timers.after(httpAfterMs, () => {
      inBackground('timeline.open', this.#deps.onFault, () => this.#openOverHttp());
    });
  }

  /** Joins over the socket, or asks for what is new since the last page. The server may be asked any number of times. */
  join(): void {
    if (this.#ended || this.#joining || !this.#deps.connection.isOnline()) return;
    this.#cancelJoin();
    this.#joining = true;
    inBackground('timeline.join', this.#deps.onFault, () => this.#join());
  }

  dispatch(event: TimelineEvent): void {
    if (this.#ended) return;
    const next = applyEvent(this.#data, event);
    if (next === this.#data) return;
    const before = this.#data;
    this.#data = next;
    this.#gapRepair.look();
    if (next.typists !== before.typists) this.#expireTyping();
    this.#deps.onChange(next, before);
    // Whoever hears of the change may have dispatched more.
    this.store.set(this.#view(this.#data));
  }

  typed(userId: string, isTyping: boolean): void {
    this.dispatch({ type: 'typed', userId, isTyping, until: this.#deps.now() + typingMs });
  }

  /** A failure is shown as `error` and reported, never thrown: a list that scrolls has nobody to catch it. */
  async loadOlder(): Promise<void> {
    const { hasOlder, loadingOlder } = this.store.getSnapshot();
    const first = this.#data.placed[0];
    if (!hasOlder || loadingOlder || first === undefined) return;
    this.dispatch({ type: 'olderRequested' });
    try {
      const { chatRoomId } = this.#deps;
      const { messages } = await this.#deps.fetchHistory(chatRoomId, { before: first.seq, limit: limits.pageDefault });
      this.dispatch({ type: 'older', messages });
    } catch (cause) {
      this.#deps.onFault({ at: 'timeline.older', cause });
      this.dispatch({ type: 'olderFailed', error: toBody(cause) });
    }
  }

  end(): void {
    this.#ended = true;
    this.#cancelJoin();
    this.#cancelTyping();
    this.#gapRepair.end();
  }

  async #join(): Promise<void> {
    const { connection, chatRoomId } = this.#deps;
    const { head } = this.#data;
    try {
      const payload = head === null ? { chatRoomId } : { chatRoomId, afterSeq: head };
      const answer = await connection.request('joinRoom', payload);
      this.#attempt = 0;
      this.dispatch({ type: 'joined', answer });
    } catch (cause) {
      this.#onNotJoined(cause);
      throw cause;
    } finally {
      this.#joining = false;
    }
  }

  #onNotJoined(cause: unknown): void {
    const error = toBody(cause);
    if (!error.retryable && !isOfSession(error)) {
      this.dispatch({ type: 'failed', error });
      return;
    }
    const { random, timers, onFault } = this.#deps;
    // The stores may answer while what carries live messages is away.
    if (this.#data.head === null) inBackground('timeline.open', onFault, () => this.#openOverHttp());
    const inMs = toBackoffMs({ attempt: this.#attempt, retryAfterMs: error.retryAfterMs, random });
    this.#attempt += 1;
    this.#cancelJoin = timers.after(inMs, () => this.join());
  }

  async #openOverHttp(): Promise<void> {
    if (this.#data.head !== null) return;
    try {
      const answer = await this.#deps.fetchHistory(this.#deps.chatRoomId, {});
      this.dispatch({ type: 'joined', answer: toJoinAnswer(answer) });
    } catch (cause) {
      const error = toBody(cause);
      // Whatever else went wrong is tried again by joining, once there is a connection.
      if (error.code === 'NOT_FOUND') this.dispatch({ type: 'failed', error });
      throw cause;
    }
  }

  #expireTyping(): void {
    this.#cancelTyping();
    const { now, timers } = this.#deps;
    const next = Math.min(...this.#data.typists.map((typist) => typist.until));
    if (!Number.isFinite(next)) return;
    this.#cancelTyping = timers.after(next - now(), () => this.dispatch({ type: 'typingExpired', now: now() }));
  }
}
