import { createBoundedCache } from '@hallway/platform';

export interface RememberedOptions<T> {
  /** Reads by id; unknown ids are absent. */
  read: (ids: string[]) => Promise<Map<string, T>>;
  maxEntries: number;
  /** Whether what was read at a time may still be used. */
  isTrusted: (readAt: number) => boolean;
  /** Milliseconds of a clock that never steps back. */
  now: () => number;
}

interface Reading {
  forgotten: Set<string>;
  forgottenAll: boolean;
}

/**
 * Remembers what is read by id, that something is not there included. What is forgotten while it is being read is not
 * remembered: the reading may have begun before the change that makes it out of date.
 */
export function createRemembered<T>({ read, maxEntries, isTrusted, now }: RememberedOptions<T>) {
  const entries = createBoundedCache<string, { value: T | null; readAt: number }>(maxEntries);
  const readings = new Set<Reading>();

  async function readAndRemember(ids: string[], found: Map<string, T>): Promise<void> {
    const reading: Reading = { forgotten: new Set(), forgottenAll: false };
    readings.add(reading);
    const readAt = now();
    try {
      const answer = await read(ids);
      for (const id of ids) {
        const value = answer.get(id);
        if (value !== undefined) found.set(id, value);
        const outdated = reading.forgottenAll || reading.forgotten.has(id);
        if (!outdated) entries.set(id, { value: value ?? null, readAt });
      }
    } finally {
      readings.delete(reading);
    }
  }

  /** What can be used without reading; the other ids go to `missing`. */
  function recall(ids: Iterable<string>, missing: string[]): Map<string, T> {
    const found = new Map<string, T>();
    for (const id of new Set(ids)) {
      const entry = entries.get(id);
      if (!entry || !isTrusted(entry.readAt)) missing.push(id);
      else if (entry.value !== null) found.set(id, entry.value);
    }
    return found;
  }

  return {
    /** Values by id, unknown ids absent. At most one read; `fresh` reads every one of them now. */
    async find(ids: Iterable<string>, fresh = false): Promise<Map<string, T>> {
      const missing = fresh ? [...new Set(ids)] : [];
      const found = fresh ? new Map<string, T>() : recall(ids, missing);
      if (missing.length > 0) await readAndRemember(missing, found);
      return found;
    },
    forget(ids: string[]): void {
      for (const id of ids) entries.delete(id);
      for (const { forgotten } of readings) for (const id of ids) forgotten.add(id);
    },
    forgetAll(): void {
      entries.clear();
      for (const reading of readings) reading.forgottenAll = true;
    },
  };
}
