import { AppError, type Log } from '@hallway/platform';
import { newObjectId, toObjectId } from '../object-ids.ts';
import type { Admitted } from './admit-commands.ts';
import { type MessageDocument, type StoredMessage, toFingerprint, toStoredMessage } from './message-record.ts';
import type { MessagesRepository } from './messages.repository.ts';
import type { RoomHeads } from './room-heads.ts';
import { type Repeat, sendKeyOf, toSendKey } from './split-repeats.ts';

export interface StoredSend extends Admitted {
  message: StoredMessage;
}

export interface StoreDeps {
  messages: MessagesRepository;
  heads: RoomHeads;
  log: Log;
}

// Each round is lost only to another process that writes to the same room at the same moment, which the lease makes rare.
const maxRounds = 12;

/**
 * Gives each send the next number of its room and stores all of them with one insert. Sends of a room keep their order.
 * What the indexes refuse is either a repeat, found here, or a number that another process took: then only the losers are
 * numbered again. A number that stays unused is closed before the head passes it. Rejects when it is not known what is stored.
 */
export function createStoreMessages({ messages, heads, log }: StoreDeps) {
  async function insertRound(sends: Admitted[]) {
    const roomIds = sends.map(({ room }) => room.id);
    try {
      const seqs = await heads.number(roomIds);
      const documents = sends.map((send, index) => toDocument(send, seqs[index] as number));
      const { refused } = await messages.insertBatch(documents);
      if (refused.length > 0) heads.forget(refused.map((document) => document.roomId.toHexString()));
      return sortOut(sends, documents, new Set(refused));
    } catch (error) {
      heads.forget(roomIds);
      throw error;
    }
  }

  return async function storeMessages(fresh: Admitted[]): Promise<{ stored: StoredSend[]; repeats: Repeat[] }> {
    const stored: StoredSend[] = [];
    const repeats: Repeat[] = [];
    let remaining = fresh;
    for (let round = 0; remaining.length > 0; round += 1) {
      if (round === maxRounds) throw new AppError({ code: 'INTERNAL', internal: 'a room gave out no free number' });
      const { written, refused } = await insertRound(remaining);
      stored.push(...written);
      if (refused.length > 0) log.info({ refused: refused.length, round }, 'numbers were taken or sends repeated');
      const found = await findAmong(refused, messages);
      repeats.push(...found);
      const repeated = new Set(found.map(sendKeyOf));
      remaining = refused.filter((send) => !repeated.has(sendKeyOf(send)));
    }
    return { stored, repeats };
  };
}

export type StoreMessages = ReturnType<typeof createStoreMessages>;

function sortOut(sends: Admitted[], documents: MessageDocument[], refusedDocuments: Set<MessageDocument>) {
  const written: StoredSend[] = [];
  const refused: Admitted[] = [];
  for (const [index, send] of sends.entries()) {
    const document = documents[index] as MessageDocument;
    if (refusedDocuments.has(document)) refused.push(send);
    else written.push({ ...send, message: toStoredMessage(document) });
  }
  return { written, refused };
}

async function findAmong(sends: Admitted[], messages: MessagesRepository): Promise<Repeat[]> {
  const keys = sends.map(({ command }) => ({ ...command, roomId: command.chatRoomId }));
  const found = new Map((await messages.findBySendKeys(keys)).map((message) => [toSendKey(message), message]));
  return sends.flatMap((send) => {
    const message = found.get(sendKeyOf(send));
    return message ? [{ command: send.command, redelivered: send.redelivered, message }] : [];
  });
}

function toDocument({ command, room, receiver }: Admitted, seq: number): MessageDocument {
  return {
    _id: newObjectId(),
    roomId: toObjectId(room.id),
    seq,
    senderId: toObjectId(command.senderId),
    senderRole: command.senderRole,
    receiverId: receiver && toObjectId(receiver.id),
    receiverRole: receiver?.role ?? null,
    content: command.content,
    messageType: command.messageType,
    clientMessageId: command.clientMessageId,
    fingerprint: toFingerprint(command),
    createdAt: new Date(),
    ...(command.replyTo === undefined ? {} : { replyTo: toObjectId(command.replyTo) }),
  };
}
