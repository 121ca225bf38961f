import type { HallwayClient } from '@hallway/client';
import type { ErrorBody } from '@hallway/contracts';
import { useCallback, useEffect, useState } from 'react';
import { useConnection, useHallway } from './hallway-context.ts';
import { toFault } from './to-fault.ts';

export interface Resource<T> {
  /** The last answer, also while a newer one is under way; null before the first. */
  value: T | null;
  /** Set when the last request failed; null again when one succeeds. */
  fault: ErrorBody | null;
  reload(): void;
}

/** Last answers, so that going back to a page shows it at once while it is asked again. */
const answers = new WeakMap<HallwayClient, Map<string, unknown>>();
/** Pages that somebody goes back to; more would only hold memory. */
const maxAnswers = 30;

function answersOf(client: HallwayClient): Map<string, unknown> {
  const known = answers.get(client);
  if (known !== undefined) return known;
  const made = new Map<string, unknown>();
  answers.set(client, made);
  return made;
}

/** Forgets all answers. They belong to the person who signed in, so signing out calls this. */
export function forgetAnswers(client: HallwayClient): void {
  answers.delete(client);
}

function remember(client: HallwayClient, key: string, value: unknown): void {
  const map = answersOf(client);
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > maxAnswers && !oldest.done) map.delete(oldest.value);
}

interface Held<T> {
  key: string;
  value: T | null;
  fault: ErrorBody | null;
}

/**
 * Asks the server for what a page shows. Asked again on each visit, on `reload`, and when the connection returns after
 * a failure. An answer that arrives for another key than the current one is dropped.
 * @param load must depend on `key` alone
 */
export function useResource<T>(key: string, load: (client: HallwayClient) => Promise<T>): Resource<T> {
  const client = useHallway();
  const connected = useConnection().status === 'online';
  const [attempt, setAttempt] = useState(0);
  const [held, setHeld] = useState<Held<T> | null>(null);
  // The key stands for the loader: a new closure on each render is not a new question.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `load` is told apart by `key`, and `attempt` asks again.
  useEffect(() => {
    let current = true;
    load(client).then(
      (value) => {
        remember(client, key, value);
        if (current) setHeld({ key, value, fault: null });
      },
      (thrown: unknown) => {
        if (current) setHeld((last) => ({ key, value: last?.key === key ? last.value : null, fault: toFault(thrown) }));
      },
    );
    return () => {
      current = false;
    };
  }, [client, key, attempt]);
  const mine = held?.key === key ? held : null;
  const failed = mine?.fault !== undefined && mine?.fault !== null;
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  // Only the return of the connection asks again: a failure while connected waits for the person.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a failure is no reason to ask at once.
  useEffect(() => {
    if (connected && failed) reload();
  }, [connected]);
  const kept = answersOf(client).get(key) as T | undefined;
  return { value: mine?.value ?? kept ?? null, fault: mine?.fault ?? null, reload };
}
