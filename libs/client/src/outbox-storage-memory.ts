import type { OutboxEntry, OutboxStorage } from './types.ts';

/** Keeps entries for as long as it lives. Clients that are given the same one share them, as tabs would. */
export function createMemoryOutboxStorage(): OutboxStorage {
  const byUser = new Map<string, Map<string, OutboxEntry>>();
  return {
    async list(userId) {
      const entries = [...(byUser.get(userId)?.values() ?? [])];
      return entries.sort((a, b) => a.order - b.order).map((entry) => ({ ...entry }));
    },
    async put(entry) {
      const entries = byUser.get(entry.userId) ?? new Map<string, OutboxEntry>();
      byUser.set(entry.userId, entries.set(entry.clientMessageId, { ...entry }));
    },
    async remove(userId, clientMessageId) {
      byUser.get(userId)?.delete(clientMessageId);
    },
  };
}
