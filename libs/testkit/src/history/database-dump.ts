import type { Connection } from 'mongoose';
import { digestContent } from './history-event.ts';

/** The truth at the end of a run, as plain values that survive JSON. In no order. */
export interface DatabaseDump {
  rooms: DumpedRoom[];
  memberships: DumpedMembership[];
  messages: DumpedMessage[];
  readMarks: DumpedReadMark[];
  notifications: DumpedNotification[];
}

export interface DumpedRoom {
  id: string;
  type: string;
  lastSeq: number;
}

export interface DumpedMembership {
  chatRoomId: string;
  userId: string;
}

export interface DumpedMessage {
  id: string;
  chatRoomId: string;
  seq: number;
  senderId: string;
  clientMessageId: string;
  /** Null when what was sent cannot be told any more: it was edited or deleted since, or is void. */
  digest: string | null;
  isVoid: boolean;
}

export interface DumpedReadMark {
  chatRoomId: string;
  userId: string;
  lastReadSeq: number;
}

export interface DumpedNotification {
  userId: string;
  messageId: string;
  channel: string;
  state: string;
}

type ObjectId = { toHexString(): string };
type Stored = Record<string, unknown>;

/**
 * Reads everything the invariants need from Hallway's database. To be called after quiescence: it is not one snapshot.
 * Contents leave as digests only. Holds about 200 bytes a message: a run of a million fits.
 */
export async function readDatabaseDump(connection: Connection): Promise<DatabaseDump> {
  const read = async <T>(collection: string, fields: string[], toPlain: (stored: Stored) => T): Promise<T[]> => {
    const projection = Object.fromEntries(fields.map((field) => [field, 1]));
    const rows: T[] = [];
    for await (const stored of connection.collection(collection).find({}, { projection })) rows.push(toPlain(stored));
    return rows;
  };
  return {
    rooms: await read('rooms', ['type', 'lastSeq'], toRoom),
    memberships: await read('memberships', ['roomId', 'userId'], toMembership),
    messages: await read('messages', messageFields, toMessage),
    readMarks: await read('readMarks', ['roomId', 'userId', 'lastReadSeq'], toReadMark),
    notifications: await read('notifications', ['userId', 'messageId', 'channel', 'state'], toNotification),
  };
}

const messageFields = ['roomId', 'seq', 'senderId', 'clientMessageId', 'content', 'isVoid', 'editedAt', 'deletedAt'];

function hex(id: unknown): string {
  return (id as ObjectId).toHexString();
}

function toRoom(stored: Stored): DumpedRoom {
  return { id: hex(stored._id), type: String(stored.type), lastSeq: Number(stored.lastSeq) };
}

function toMembership(stored: Stored): DumpedMembership {
  return { chatRoomId: hex(stored.roomId), userId: hex(stored.userId) };
}

function toMessage(stored: Stored): DumpedMessage {
  const isVoid = stored.isVoid === true;
  const asSent = !isVoid && stored.editedAt == null && stored.deletedAt == null;
  return {
    id: hex(stored._id),
    chatRoomId: hex(stored.roomId),
    seq: Number(stored.seq),
    senderId: hex(stored.senderId),
    clientMessageId: String(stored.clientMessageId),
    digest: asSent ? digestContent(String(stored.content)) : null,
    isVoid,
  };
}

function toReadMark(stored: Stored): DumpedReadMark {
  return { chatRoomId: hex(stored.roomId), userId: hex(stored.userId), lastReadSeq: Number(stored.lastReadSeq) };
}

function toNotification(stored: Stored): DumpedNotification {
  return {
    userId: hex(stored.userId),
    messageId: hex(stored.messageId),
    channel: String(stored.channel),
    state: String(stored.state),
  };
}
