import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, storeAwayRetryMs } from './app-error.ts';
import type { Log } from './log.ts';

/** Finds the public key that signed a token, by its key id. Null: nobody's key. Rejects when nobody can say. */
export type FindKey = (kid: string) => Promise<KeyObject | null>;

export interface RemoteKeySetOptions {
  /** Address of the JWKS document. */
  url: string;
  log: Log;
  fetch?: typeof globalThis.fetch;
}

// An unknown key id may be a new key or an attack: the document is asked for again, but at most this often.
const refetchEveryMs = 1000;
// Long enough that no sign-in waits for it, short enough that a withdrawn key is forgotten.
const refreshEveryMs = 60_000;

/**
 * Public keys of the auth service, as `KeyObject`s. A known key is answered from memory, also while the auth service is
 * away; the document is read again each minute in passing. An unknown key id waits for a document that was asked for after it
 * came, for a second at most: a key is published before it signs, so that no token of a new key is ever refused, and a flood of
 * made-up key ids costs the auth service one request a second.
 */
export function createRemoteKeySet({ url, log, fetch = globalThis.fetch }: RemoteKeySetOptions): FindKey {
  let keys = new Map<string, KeyObject>();
  let fetchedAt = 0;
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  /** Whether the last try brought a document: only then is an unknown key id nobody's. */
  let reachable = false;

  async function load(): Promise<void> {
    fetchedAt = Date.now();
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(3000) });
      if (!answer.ok) throw new Error(`the key document answered ${answer.status}`);
      const document = (await answer.json()) as { keys: (JsonWebKey & { kid: string })[] };
      reachable = true;
      keys = new Map(document.keys.map((jwk) => [jwk.kid, createPublicKey({ key: jwk, format: 'jwk' })]));
    } catch (error) {
      reachable = false;
      log.warn({ err: error }, 'public keys could not be fetched');
    }
  }

  function reload(): Promise<void> {
    running ??= load().finally(() => {
      running = null;
    });
    return running;
  }

  /** A document that is on its way already may be older than the key: it is waited for, and the next one is asked for. */
  function reloadInTurn(): Promise<void> {
    next ??= (async () => {
      await running;
      const waitMs = fetchedAt + refetchEveryMs - Date.now();
      if (waitMs > 0) await sleep(waitMs);
      next = null;
      await reload();
    })();
    return next;
  }

  return async function findKey(kid) {
    const known = keys.get(kid);
    if (known) {
      if (Date.now() - fetchedAt > refreshEveryMs) void reload();
      return known;
    }
    await reloadInTurn();
    const found = keys.get(kid);
    if (found || reachable) return found ?? null;
    throw new AppError({
      code: 'TEMPORARILY_UNAVAILABLE',
      internal: 'the key of a token cannot be looked up',
      retryAfterMs: storeAwayRetryMs,
    });
  };
}
