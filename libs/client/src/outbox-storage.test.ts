import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { createIndexedDbOutboxStorage } from './outbox-storage-indexeddb.ts';
import { createMemoryOutboxStorage } from './outbox-storage-memory.ts';
import type { OutboxEntry, OutboxStorage } from './types.ts';

function entry(userId: string, clientMessageId: string, order: number): OutboxEntry {
  const createdAt = '2026-01-01T00:00:00.000Z';
  return {
    userId,
    chatRoomId: 'r',
    clientMessageId,
    content: 'x',
    messageType: 'text',
    createdAt,
    order,
    failed: null,
  };
}

const storages: Record<string, () => OutboxStorage> = {
  memory: createMemoryOutboxStorage,
  IndexedDB: () => createIndexedDbOutboxStorage({ name: crypto.randomUUID() }),
};

describe.each(Object.entries(storages))('outbox storage in %s', (_, createStorage) => {
  it('when entries were put, lists those of the person by order', async () => {
    const storage = createStorage();
    await storage.put(entry('a', 'second', 2));
    await storage.put(entry('a', 'first', 1));
    await storage.put(entry('b', 'first', 1));
    expect((await storage.list('a')).map((found) => found.clientMessageId)).toEqual(['first', 'second']);
    expect(await storage.list('nobody')).toEqual([]);
  });

  it('when an entry is put again, keeps the later one only', async () => {
    const storage = createStorage();
    const failed = { code: 'FORBIDDEN' as const, message: '', retryable: false, requestId: '' };
    await storage.put(entry('a', 'one', 1));
    await storage.put({ ...entry('a', 'one', 1), failed });
    expect(await storage.list('a')).toEqual([{ ...entry('a', 'one', 1), failed }]);
  });

  it('when an entry is removed, it is gone, and removing it again is harmless', async () => {
    const storage = createStorage();
    await storage.put(entry('a', 'one', 1));
    await storage.put(entry('b', 'one', 1));
    await storage.remove('a', 'one');
    await storage.remove('a', 'one');
    expect(await storage.list('a')).toEqual([]);
    expect(await storage.list('b')).toHaveLength(1);
  });

  it('when calls are not awaited, they take effect in their order', async () => {
    const storage = createStorage();
    const calls = [storage.put(entry('a', 'one', 1)), storage.remove('a', 'one'), storage.put(entry('a', 'two', 2))];
    await Promise.all(calls);
    expect((await storage.list('a')).map((found) => found.clientMessageId)).toEqual(['two']);
  });

  it('when a listed entry is changed by its reader, the stored one is not', async () => {
    const storage = createStorage();
    await storage.put(entry('a', 'one', 1));
    const [found] = await storage.list('a');
    found!.content = 'changed';
    expect((await storage.list('a'))[0]?.content).toBe('x');
  });
});

describe('outbox storage in IndexedDB', () => {
  it('when the page is loaded again, finds what an earlier page left', async () => {
    const name = crypto.randomUUID();
    await createIndexedDbOutboxStorage({ name }).put(entry('a', 'one', 1));
    expect(await createIndexedDbOutboxStorage({ name }).list('a')).toHaveLength(1);
  });
});
