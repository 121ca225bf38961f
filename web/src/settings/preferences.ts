import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark' | 'system';

/** What this device remembers about how its person likes Hallway. */
export interface Preferences {
  theme: Theme;
  /** Whether Enter sends where there is a keyboard; otherwise it breaks the line and Ctrl+Enter sends. */
  enterSends: boolean;
  /** Width of the list of conversations on a desktop, in CSS pixels. */
  listWidth: number;
}

/** public/theme.js reads the same key before the first paint. */
const storageKey = 'hallway.preferences';

export const listWidthBounds = { least: 240, most: 480 } as const;

const defaults: Preferences = { theme: 'system', enterSends: true, listWidth: 320 };

function clampWidth(width: number): number {
  return Math.min(listWidthBounds.most, Math.max(listWidthBounds.least, Math.round(width)));
}

/** Reads what was stored, by any version: each field that is not as expected falls back to its default. */
export function parsePreferences(text: string | null): Preferences {
  let stored: Partial<Record<keyof Preferences, unknown>> = {};
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    if (typeof parsed === 'object' && parsed !== null) stored = parsed;
  } catch {
    // Somebody else's text under our key: as good as none.
  }
  const { theme, enterSends, listWidth } = stored;
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : defaults.theme,
    enterSends: typeof enterSends === 'boolean' ? enterSends : defaults.enterSends,
    listWidth: typeof listWidth === 'number' && Number.isFinite(listWidth) ? clampWidth(listWidth) : defaults.listWidth,
  };
}

const listeners = new Set<() => void>();
let current: Preferences | null = null;

function readStored(): Preferences {
  try {
    return parsePreferences(localStorage.getItem(storageKey));
  } catch {
    // Storage can be forbidden altogether; the choices then last as long as the page.
    return defaults;
  }
}

function snapshot(): Preferences {
  current ??= readStored();
  return current;
}

function announce(): void {
  for (const listener of listeners) listener();
}

/** Changes some preferences, here and in the other tabs of this browser. */
export function changePreferences(change: Partial<Preferences>): void {
  current = { ...snapshot(), ...change };
  current.listWidth = clampWidth(current.listWidth);
  try {
    localStorage.setItem(storageKey, JSON.stringify(current));
  } catch {
    // Full or forbidden storage: the choice holds until the page is closed.
  }
  announce();
}

function onStorage(event: StorageEvent): void {
  if (event.key !== storageKey && event.key !== null) return;
  current = null;
  announce();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) addEventListener('storage', onStorage);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener('storage', onStorage);
  };
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, snapshot);
}
