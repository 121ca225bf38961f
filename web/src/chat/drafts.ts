import { useSyncExternalStore } from 'react';

/** The part of `localStorage` that drafts need. */
export type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** Drafts kept on one device for all its people together; beyond, the longest untouched one goes. */
const maxDrafts = 200;
const prefix = 'hallway.draft.';

interface StoredDraft {
  text: string;
  /** Milliseconds since 1970, to know which draft is the oldest. */
  at: number;
}

function toStored(text: string | null): StoredDraft | null {
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as Partial<StoredDraft> | null;
    return typeof value?.text === 'string' ? { text: value.text, at: Number(value.at) || 0 } : null;
  } catch {
    return null;
  }
}

/**
 * What people have written and not sent, one text per person and room, across reloads and tabs. A blank draft is none.
 * A storage that is full or forbidden costs the survival of a reload and nothing else: memory keeps the text.
 */
export function createDrafts(storage: DraftStorage, now: () => number = Date.now) {
  /** Only what the storage refused. */
  const memory = new Map<string, string>();
  const listeners = new Set<() => void>();
  const keyOf = (userId: string, chatRoomId: string) => `${prefix}${userId}.${chatRoomId}`;

  function storedKeys(): string[] {
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
    return keys.filter((key): key is string => key?.startsWith(prefix) ?? false);
  }

  function dropOldest(): void {
    const keys = storedKeys();
    if (keys.length <= maxDrafts) return;
    const ages = keys.map((key) => ({ key, at: toStored(storage.getItem(key))?.at ?? 0 }));
    ages.sort((a, b) => a.at - b.at);
    for (const { key } of ages.slice(0, keys.length - maxDrafts)) storage.removeItem(key);
  }

  /** Stores the text, or keeps it in memory where the storage refuses. */
  function store(key: string, text: string): void {
    memory.delete(key);
    try {
      if (text === '') {
        storage.removeItem(key);
        return;
      }
      const isNew = storage.getItem(key) === null;
      storage.setItem(key, JSON.stringify({ text, at: now() } satisfies StoredDraft));
      if (isNew) dropOldest();
    } catch {
      memory.set(key, text);
      const [oldest] = memory.keys();
      if (memory.size > maxDrafts && oldest !== undefined) memory.delete(oldest);
    }
  }

  return {
    read(userId: string, chatRoomId: string): string {
      const key = keyOf(userId, chatRoomId);
      const held = memory.get(key);
      if (held !== undefined) return held;
      try {
        return toStored(storage.getItem(key))?.text ?? '';
      } catch {
        return '';
      }
    },
    write(userId: string, chatRoomId: string, text: string): void {
      const key = keyOf(userId, chatRoomId);
      store(key, text.trim() === '' ? '' : text);
      for (const listener of listeners) listener();
    },
    /** Another tab wrote: what this one holds in memory is old. */
    onStorageChange(key: string | null): void {
      if (key === null) memory.clear();
      else if (key.startsWith(prefix)) memory.delete(key);
      else return;
      for (const listener of listeners) listener();
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

type Drafts = ReturnType<typeof createDrafts>;

const forbiddenStorage: DraftStorage = {
  length: 0,
  key: () => null,
  getItem: () => null,
  setItem: () => {
    throw new Error('this browser forbids storage');
  },
  removeItem: () => {},
};

function browserStorage(): DraftStorage {
  try {
    return localStorage;
  } catch {
    return forbiddenStorage;
  }
}

let shared: Drafts | null = null;

/** The drafts of this browser. */
export function browserDrafts(): Drafts {
  if (shared !== null) return shared;
  const made = createDrafts(browserStorage());
  addEventListener('storage', (event) => made.onStorageChange(event.key));
  shared = made;
  return made;
}

/** A person's draft in a room, followed as it changes. Empty when there is none. */
export function useDraft(userId: string, chatRoomId: string): string {
  const drafts = browserDrafts();
  return useSyncExternalStore(drafts.subscribe, () => drafts.read(userId, chatRoomId));
}
