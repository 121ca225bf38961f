import type { OutboxEntry, OutboxStorage } from './types.ts';

const storeName = 'outbox';
const byUserIndex = 'byUser';

/**
 * Keeps entries in the browser, for all tabs of the origin. `put` and `remove` are durable once they resolve, and
 * take effect in the order of their calls.
 */
export function createIndexedDbOutboxStorage(options: { factory?: IDBFactory; name?: string } = {}): OutboxStorage {
  const { factory = globalThis.indexedDB, name = 'hallway' } = options;
  let opening: Promise<IDBDatabase> | null = null;

  /** One connection, opened when it is first needed and again after the browser closed it. */
  function openOnce(): Promise<IDBDatabase> {
    opening ??= openDatabase(factory, name, () => {
      opening = null;
    }).catch((cause: unknown) => {
      opening = null;
      throw cause;
    });
    return opening;
  }

  async function write(change: (store: IDBObjectStore) => void): Promise<void> {
    const transaction = (await openOnce()).transaction(storeName, 'readwrite');
    change(transaction.objectStore(storeName));
    await toPromise(transaction);
  }

  return {
    shared: true,
    async list(userId) {
      const store = (await openOnce()).transaction(storeName, 'readonly').objectStore(storeName);
      const request = store.index(byUserIndex).getAll(userId) as IDBRequest<OutboxEntry[]>;
      const entries = await new Promise<OutboxEntry[]>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      return entries.sort((a, b) => a.order - b.order);
    },
    put: (entry) => write((store) => store.put(entry)),
    remove: (userId, clientMessageId) => write((store) => store.delete([userId, clientMessageId])),
  };
}

function openDatabase(factory: IDBFactory, name: string, onGone: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore(storeName, { keyPath: ['userId', 'clientMessageId'] });
      store.createIndex(byUserIndex, 'userId');
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = onGone;
      // A later version in another tab waits until this one lets go.
      database.onversionchange = () => {
        database.close();
        onGone();
      };
      resolve(database);
    };
  });
}

function toPromise(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}
