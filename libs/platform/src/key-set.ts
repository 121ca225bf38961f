import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
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
const refetchEveryMs = 5000;
// Long enough that no sign-in waits for it, short enough that a withdrawn key is forgotten.
const refreshEveryMs = 60_000;

/**
 * Public keys of the auth service, as `KeyObject`s. A known key is answered from memory, also while the auth service is
 * away; the document is read again each minute in passing, and at once for an unknown key id.
 */
export function createRemoteKeySet({ url, log, fetch = globalThis.fetch }: RemoteKeySetOptions): FindKey {
  let keys = new Map<string, KeyObject>();
  let fetchedAt = 0;
  let running: Promise<void> | null = null;
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

  return async function findKey(kid) {
    const known = keys.get(kid);
    const age = Date.now() - fetchedAt;
    if (known) {
      if (age > refreshEveryMs) void reload();
      return known;
    }
    if (age > refetchEveryMs || running || !reachable) await reload();
    const found = keys.get(kid);
    if (found || reachable) return found ?? null;
    throw new AppError({
      code: 'TEMPORARILY_UNAVAILABLE',
      internal: 'the key of a token cannot be looked up',
      retryAfterMs: storeAwayRetryMs,
    });
  };
}
