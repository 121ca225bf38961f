import { createMemoryOutboxStorage, type OutboxEntry, type OutboxStorage } from '@hallway/client';
import type { RoomMessage } from '@hallway/contracts';
import { digestContent, type HistoryWriter } from '@hallway/testkit';
import type { CrowdCounts } from './crowd-protocol.ts';

type Place = Pick<RoomMessage, 'seq' | 'id'>;

interface ToldSendsDeps {
  client: string;
  userId: string;
  history: HistoryWriter;
  counts: CrowdCounts;
  /** Where the screen shows a message of mine, if it does. */
  findOnScreen: (chatRoomId: string, clientMessageId: string) => Place | undefined;
}

/**
 * Tells the history of a client's sends: `invoke` when the SDK keeps a message, which is before it leaves; `ok` when the
 * server acknowledged it or the SDK has seen it stored; `fail` when it was refused for good.
 */
export function createToldSends({ client, userId, history, counts, findOnScreen }: ToldSendsDeps) {
  const pending = new Map<string, OutboxEntry>();
  /** What came over the wire before the SDK could draw a conclusion from it. */
  const places = new Map<string, Place>();
  /** How often each pending message was put on the wire. */
  const tries = new Map<string, number>();
  const memory = createMemoryOutboxStorage();

  const describe = ({ chatRoomId, clientMessageId, content }: OutboxEntry) =>
    ({ client, userId, chatRoomId, op: 'send', clientMessageId, digest: digestContent(content) }) as const;

  function acknowledge(clientMessageId: string, place: Place | undefined): void {
    const entry = pending.get(clientMessageId);
    if (entry === undefined || place === undefined) return;
    pending.delete(clientMessageId);
    places.delete(clientMessageId);
    countTries(clientMessageId);
    history.record({ kind: 'ok', ...describe(entry), seq: place.seq, messageId: place.id });
  }

  function refuse(entry: OutboxEntry): void {
    if (!pending.delete(entry.clientMessageId)) return;
    countTries(entry.clientMessageId);
    counts.failedSends += 1;
    history.record({ kind: 'fail', ...describe(entry), error: entry.failed?.code ?? 'unknown' });
  }

  function countTries(clientMessageId: string): void {
    const times = String(tries.get(clientMessageId) ?? 0);
    tries.delete(clientMessageId);
    counts.sendTries[times] = (counts.sendTries[times] ?? 0) + 1;
  }

  const storage: OutboxStorage = {
    list: (of) => memory.list(of),
    async put(entry) {
      if (entry.failed !== null) refuse(entry);
      else if (!pending.has(entry.clientMessageId)) {
        pending.set(entry.clientMessageId, entry);
        history.record({ kind: 'invoke', ...describe(entry) });
      }
      await memory.put(entry);
    },
    async remove(of, clientMessageId) {
      const entry = pending.get(clientMessageId);
      await memory.remove(of, clientMessageId);
      if (entry)
        acknowledge(clientMessageId, places.get(clientMessageId) ?? findOnScreen(entry.chatRoomId, clientMessageId));
    },
  };

  return {
    storage,
    pending: () => pending.size,
    tried(clientMessageId: string): void {
      if (pending.has(clientMessageId)) tries.set(clientMessageId, (tries.get(clientMessageId) ?? 0) + 1);
    },
    acknowledged: (message: RoomMessage) => acknowledge(message.clientMessageId, message),
    /** A stored message of mine passed by; whether that settles it is the SDK's to say. */
    notePlace(message: Place & { clientMessageId: string; chatRoomId: string }): void {
      if (pending.get(message.clientMessageId)?.chatRoomId === message.chatRoomId) {
        places.set(message.clientMessageId, { seq: message.seq, id: message.id });
      }
    },
  };
}

export type ToldSends = ReturnType<typeof createToldSends>;
