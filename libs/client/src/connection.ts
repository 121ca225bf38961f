import type {
  Acknowledgement,
  ClientEventAnswers,
  ClientEventName,
  ClientEventPayload,
  ServerEventName,
  ServerEvents,
} from '@hallway/contracts';
import { io, type Socket } from 'socket.io-client';
import { toBackoffMs } from './backoff.ts';
import { createUnreachable, type FaultListener, inBackground } from './faults.ts';
import { readErrorBody } from './http.ts';
import type { NetworkState } from './network-state.ts';
import { endReason, type SessionKeeper } from './session.ts';
import { createStore, type WritableStore } from './store.ts';
import type { Timers } from './timers.ts';
import { type ConnectionState, HallwayError } from './types.ts';

export interface ConnectionDeps {
  origin: string;
  session: SessionKeeper;
  network: NetworkState;
  /** Whether spans of this client are exported: the server's spans then have a parent here. */
  exportsSpans: boolean;
  timers: Timers;
  now: () => number;
  random: () => number;
  onFault: FaultListener;
}

// Longer than a loaded gateway takes; afterwards the same thing is asked again, which every event allows.
const acknowledgementMs = 8_000;
// Covers the transport and the server's answer to the handshake, which nothing else bounds.
const handshakeMs = 15_000;
// A connection that lasted this long starts the back-off anew; one that is cut at once does not. Longer would punish whoever
// meets one dying gateway after the other; how many come back in a second is the gateway's to say, by its spread.
const stableMs = 2_000;

type Listener = (payload: never) => void;

/** The one socket of a client: opened while somebody is signed in, and opened again whenever it is lost. */
export class Connection {
  readonly store: WritableStore<ConnectionState>;
  readonly #deps: ConnectionDeps;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #onlineListeners = new Set<() => void>();
  #wanted = false;
  #socket: Socket | null = null;
  #attempt = 0;
  #connectedAt = 0;
  /** When a draining gateway wants us back; null when it did not say. */
  #returnAt: number | null = null;
  /** Over how long the gateway's clients come back when all lose it at once; the newest that a gateway told. */
  #spreadMs = 0;
  #cancelTimer: () => void = () => undefined;
  #stopWatching: () => void = () => undefined;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
    this.store = createStore<ConnectionState>({ status: 'idle' }, deps.onFault);
    deps.session.onRefreshed((token) => this.#renew(token));
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#attempt = 0;
    this.#stopWatching = this.#deps.network.watch(() => this.#onNetworkChange());
    this.#open();
  }

  stop(): void {
    this.#wanted = false;
    this.#stopWatching();
    this.#dispose();
    this.store.set({ status: 'idle' });
  }

  /** For a wait that is not the socket's own: the session could not be restored yet. */
  showWaiting(inMs: number): void {
    if (!this.#wanted) this.#showUnconnected({ status: 'reconnecting', inMs });
  }

  isOnline(): boolean {
    return this.#socket?.connected === true;
  }

  spreadReturns(spreadMs: number): void {
    this.#spreadMs = spreadMs;
  }

  /** Emits and waits for the acknowledgement. Throws `HallwayError`; nothing is kept for a later connection. */
  async request<E extends ClientEventName>(event: E, payload: ClientEventPayload<E>): Promise<ClientEventAnswers[E]> {
    const socket = this.#socket;
    if (!socket?.connected) throw createUnreachable();
    let answer: Acknowledgement<E>;
    try {
      answer = await socket.timeout(acknowledgementMs).emitWithAck(event, payload);
    } catch (cause) {
      throw createUnreachable(cause);
    }
    if (answer.ok) return answer;
    const error = new HallwayError(answer.error);
    this.#heedSessionError(error);
    throw error;
  }

  /** Emits what may get lost, and only to a connection that is up. */
  signal<E extends ClientEventName>(event: E, payload: ClientEventPayload<E>): void {
    if (this.#socket?.connected) this.#socket.volatile.emit(event, payload);
  }

  on<E extends ServerEventName>(event: E, listener: (payload: ServerEvents[E]) => void): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    listeners.add(listener as Listener);
    this.#listeners.set(event, listeners);
  }

  /** Called after each connect, the first one included. */
  onOnline(listener: () => void): void {
    this.#onlineListeners.add(listener);
  }

  #open(): void {
    this.#dispose();
    this.#showUnconnected({ status: 'connecting' });
    inBackground('connection.open', this.#deps.onFault, async () => {
      try {
        await this.#deps.session.token();
      } catch (cause) {
        this.#retry({ retryAfterMs: cause instanceof HallwayError ? cause.body.retryAfterMs : undefined });
        return;
      }
      if (this.#wanted && this.#socket === null) this.#openSocket();
    });
  }

  #openSocket(): void {
    const { origin, session, exportsSpans } = this.#deps;
    const traces = exportsSpans ? { traces: true } : {};
    const options = {
      transports: ['websocket'],
      auth: (give: (data: object) => void) => give({ token: session.currentToken(), ...traces }),
      reconnection: false,
      forceNew: true,
    };
    const socket: Socket = origin === '' ? io(options) : io(origin, options);
    this.#socket = socket;
    this.#cancelTimer = this.#deps.timers.after(handshakeMs, () => this.#retry());
    socket.on('connect', () => this.#onConnect());
    socket.on('connect_error', (error: Error & { data?: unknown }) => this.#onRefused(error));
    socket.on('disconnect', () => this.#retry({ spreadMs: this.#spreadMs }));
    socket.onAny((event: string, payload: unknown) => this.#onEvent(event, payload));
  }

  #onConnect(): void {
    this.#cancelTimer();
    this.#connectedAt = this.#deps.now();
    this.#returnAt = null;
    this.store.set({ status: 'online' });
    for (const listener of this.#onlineListeners) listener();
  }

  #onRefused(error: Error & { data?: unknown }): void {
    const body = readErrorBody(error.data);
    if (body !== null && !body.retryable)
      this.#deps.onFault({ at: 'connection.refused', cause: new HallwayError(body) });
    if (body?.code === 'SESSION_ENDED') this.#deps.session.end(endReason(new HallwayError(body)));
    else if (body?.code === 'UNAUTHENTICATED') this.#refreshThenRetry();
    else this.#retry({ retryAfterMs: body?.retryAfterMs });
  }

  #refreshThenRetry(): void {
    inBackground('connection.refresh', this.#deps.onFault, () =>
      this.#deps.session.refresh().finally(() => this.#retry()),
    );
  }

  #onEvent(event: string, payload: unknown): void {
    if (event === 'serverDraining') this.#onDraining((payload as ServerEvents['serverDraining']).reconnectInMs);
    if (event === 'sessionEnded') this.#deps.session.end((payload as ServerEvents['sessionEnded']).reason);
    if (event === 'sessionExpiring') {
      inBackground('connection.refresh', this.#deps.onFault, () => this.#deps.session.refresh());
    }
    for (const listener of this.#listeners.get(event) ?? []) listener(payload as never);
  }

  /** Usually the gateway closes the transport first. One that does not is left when the time has come. */
  #onDraining(reconnectInMs: number): void {
    this.#returnAt = this.#deps.now() + reconnectInMs;
    this.#cancelTimer();
    this.#cancelTimer = this.#deps.timers.after(reconnectInMs, () => this.#open());
  }

  /** What never connected is tried again by back-off alone; whoever was connected went perhaps with all the others. */
  #retry(asked: { retryAfterMs?: number | undefined; spreadMs?: number } = {}): void {
    if (!this.#wanted) return;
    const { now, random, timers } = this.#deps;
    const lasted = this.#connectedAt > 0 && now() - this.#connectedAt > stableMs;
    if (lasted) this.#attempt = 0;
    this.#connectedAt = 0;
    const inMs =
      this.#returnAt === null
        ? toBackoffMs({ attempt: this.#attempt, ...asked, random })
        : Math.max(0, this.#returnAt - now());
    this.#attempt += 1;
    this.#returnAt = null;
    this.#dispose();
    this.#showUnconnected({ status: 'reconnecting', inMs });
    this.#cancelTimer = timers.after(inMs, () => this.#open());
  }

  /** A transport over a network that is gone would notice only when its heartbeat is missed. */
  #onNetworkChange(): void {
    if (!this.#wanted) return;
    const gone = this.#deps.network.isOffline();
    if (gone && this.isOnline()) this.#retry();
    else if (gone) this.store.set({ status: 'offline' });
    else if (!this.isOnline()) {
      this.#attempt = 0;
      this.#open();
    }
  }

  /** Tries go on while the machine says that it has no network: it may be wrong, and a server on it needs none. */
  #showUnconnected(state: ConnectionState): void {
    this.store.set(this.#deps.network.isOffline() ? { status: 'offline' } : state);
  }

  #renew(token: string): void {
    if (!this.isOnline()) return;
    inBackground('connection.renew', this.#deps.onFault, () => this.request('refreshSession', { token }));
  }

  #heedSessionError(error: HallwayError): void {
    if (error.body.code === 'SESSION_ENDED') this.#deps.session.end(endReason(error));
    if (error.body.code !== 'UNAUTHENTICATED') return;
    inBackground('connection.refresh', this.#deps.onFault, () => this.#deps.session.refresh());
  }

  #dispose(): void {
    this.#cancelTimer();
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.removeAllListeners();
    socket.offAny();
    socket.disconnect();
  }
}
