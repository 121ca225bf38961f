/** Remembers up to `maxEntries` values, and forgets the one that was used longest ago first. */
export function createBoundedCache<K, V>(maxEntries: number) {
  const entries = new Map<K, V>();

  return {
    get(key: K): V | undefined {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key: K, value: V): void {
      entries.delete(key);
      if (entries.size >= maxEntries) {
        const oldest = entries.keys().next();
        if (!oldest.done) entries.delete(oldest.value);
      }
      entries.set(key, value);
    },
    delete: (key: K) => entries.delete(key),
    clear: () => entries.clear(),
  };
}
