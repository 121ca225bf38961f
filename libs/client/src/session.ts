import type { TokenAnswer } from '@hallway/contracts';
import { toBackoffMs } from './backoff.ts';
import { createError, createUnreachable, type FaultListener, inBackground } from './faults.ts';
import type { SendRequest } from './http.ts';
import { createStore, type WritableStore } from './store.ts';
import type { Tabs } from './tabs.ts';
import type { Timers } from './timers.ts';
import { HallwayError, type SessionState } from './types.ts';

export interface SessionDeps {
  sendRequest: SendRequest;
  tabs: Tabs | null;
  timers: Timers;
  now: () => number;
  random: () => number;
  onFault: FaultListener;
  /** `restore` could not reach the server and tries again after so long. */
  onWaiting: (inMs: number) => void;
}

// The rest of the life is left for retries before the server cuts the socket.
const refreshAtShareOfLife = 0.8;
// A token that ends while its request travels would be refused: one this close to its end counts as over.
const safetyMs = 5_000;

/** Who is signed in on this page. The access token lives in memory only; the refresh cookie is the browser's. */
export class SessionKeeper {
  readonly store: WritableStore<SessionState>;
  readonly #deps: SessionDeps;
  readonly #refreshedListeners = new Set<(token: string) => void>();
  #token: { value: string; expiresAt: number } | null = null;
  #refreshing: Promise<string> | null = null;
  #cancelTimer: () => void = () => undefined;
  #leaving = false;
  /** Grows with each sign-in and sign-out, so that an answer to an earlier session changes nothing. */
  #epoch = 0;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    this.store = createStore<SessionState>({ status: 'restoring' }, deps.onFault);
  }

  async restore(): Promise<void> {
    const epoch = this.#begin({ status: 'restoring' });
    for (let attempt = 0; epoch === this.#epoch; attempt += 1) {
      try {
        await this.refresh();
        return;
      } catch (cause) {
        if (epoch !== this.#epoch) return;
        const body = cause instanceof HallwayError ? cause.body : createUnreachable(cause).body;
        if (!body.retryable) {
          this.#begin({ status: 'signed-out', reason: null });
          return;
        }
        await this.#waitForRetry(attempt, body.retryAfterMs);
      }
    }
  }

  async signIn(username: string, password: string): Promise<void> {
    await this.enter('/api/auth/login', { username, password });
  }

  /** Begins a session by any of the doors that answer one. Throws `HallwayError`. */
  async enter(path: string, body: unknown): Promise<void> {
    const answer = await this.#deps.sendRequest({ method: 'POST', path, body });
    // A person who is signed in already begins anew: the socket and the states belong to the earlier session.
    this.end(null);
    this.#begin(null);
    this.#accept(answer as TokenAnswer);
  }

  /** Rejects, and stays signed in, when the server could not be told: the cookie would sign the next person in. */
  async signOut(): Promise<void> {
    if (this.store.getSnapshot().status !== 'signed-in') return;
    this.#leaving = true;
    try {
      const token = await this.token();
      await this.#deps.sendRequest({ method: 'POST', path: '/api/auth/logout', token });
    } catch (cause) {
      if (!(cause instanceof HallwayError) || cause.body.retryable) throw cause;
    } finally {
      this.#leaving = false;
    }
    this.end(null);
  }

  /** Signed out by the server, or on this page. */
  end(reason: string | null): void {
    if (this.store.getSnapshot().status === 'signed-out') return;
    // The socket may hear of the person's own sign-out before its answer comes; that is no news to them.
    this.#begin({ status: 'signed-out', reason: this.#leaving ? null : reason });
  }

  /** An access token that is good for a while. Throws `HallwayError`. */
  async token(): Promise<string> {
    if (this.#token !== null && this.#token.expiresAt - safetyMs > this.#deps.now()) return this.#token.value;
    return this.refresh();
  }

  /** The token of this moment, for the handshake of a socket; empty when there is none. */
  currentToken(): string {
    return this.#token?.value ?? '';
  }

  /** A new access token; calls at the same time share one request, and tabs take turns. */
  async refresh(): Promise<string> {
    if (this.store.getSnapshot().status === 'signed-out') throw createError('UNAUTHENTICATED');
    if (this.#refreshing !== null) return this.#refreshing;
    const running = this.#refreshAlone(this.#epoch).finally(() => {
      if (this.#refreshing === running) this.#refreshing = null;
    });
    this.#refreshing = running;
    return running;
  }

  /** A token other than one that was refused: requests that are refused one after another cost one refresh. */
  async replace(refused: string): Promise<string> {
    return this.#token === null || this.#token.value === refused ? this.refresh() : this.#token.value;
  }

  onRefreshed(listener: (token: string) => void): void {
    this.#refreshedListeners.add(listener);
  }

  destroy(): void {
    this.#epoch += 1;
    this.#cancelTimer();
  }

  async #refreshAlone(epoch: number): Promise<string> {
    const ask = () => this.#deps.sendRequest({ method: 'POST', path: '/api/auth/refresh' });
    const { tabs } = this.#deps;
    try {
      const answer = (await (tabs === null ? ask() : tabs.alone('hallway-refresh', ask))) as TokenAnswer;
      if (epoch !== this.#epoch) throw createUnreachable();
      this.#accept(answer);
      return answer.accessToken;
    } catch (cause) {
      const restoring = this.store.getSnapshot().status === 'restoring';
      if (epoch === this.#epoch && !restoring && isEnd(cause)) this.end(endReason(cause));
      throw cause;
    }
  }

  #begin(state: SessionState | null): number {
    this.#epoch += 1;
    this.#refreshing = null;
    this.#token = null;
    this.#cancelTimer();
    if (state !== null) this.store.set(state);
    return this.#epoch;
  }

  #accept({ accessToken, expiresIn, user }: TokenAnswer): void {
    const lifeMs = expiresIn * 1000;
    this.#token = { value: accessToken, expiresAt: this.#deps.now() + lifeMs };
    this.#scheduleRefresh(lifeMs * refreshAtShareOfLife, 0);
    const state = this.store.getSnapshot();
    if (state.status !== 'signed-in' || state.user.id !== user.id) this.store.set({ status: 'signed-in', user });
    for (const listener of this.#refreshedListeners) listener(accessToken);
  }

  #scheduleRefresh(inMs: number, attempt: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#deps.timers.after(inMs, () => {
      inBackground('session.refresh', this.#deps.onFault, async () => {
        const epoch = this.#epoch;
        try {
          await this.refresh();
        } catch (cause) {
          if (epoch !== this.#epoch) return;
          this.#scheduleRefresh(toBackoffMs({ attempt: attempt + 2, random: this.#deps.random }), attempt + 1);
          throw cause;
        }
      });
    });
  }

  #waitForRetry(attempt: number, retryAfterMs: number | undefined): Promise<void> {
    const inMs = toBackoffMs({ attempt, retryAfterMs, random: this.#deps.random });
    this.#deps.onWaiting(inMs);
    return new Promise((resolve) => {
      const cancel = this.#deps.timers.after(inMs, resolve);
      this.#cancelTimer = () => {
        cancel();
        resolve();
      };
    });
  }
}

function isEnd(cause: unknown): boolean {
  return cause instanceof HallwayError && ['SESSION_ENDED', 'UNAUTHENTICATED'].includes(cause.body.code);
}

/** Why the server ended a session: its own word where it sent one. */
export function endReason(cause: unknown): string {
  const details = cause instanceof HallwayError ? cause.body.details : null;
  const stated = typeof details === 'object' && details !== null && 'reason' in details ? details.reason : null;
  return typeof stated === 'string' ? stated : 'expired';
}
