import type { DatabaseDump, DumpedMessage } from './database-dump.ts';

/** A room of the dump, so arranged that each question of the check is one look-up. */
export interface DumpedRoomIndex {
  id: string;
  /** The head that the room's record says. */
  lastSeq: number;
  /** The largest seq that a message really has; 0 in an empty room. */
  head: number;
  bySeq: Map<number, DumpedMessage>;
  members: Set<string>;
  marks: Map<string, number>;
}

export interface DumpIndex {
  rooms: Map<string, DumpedRoomIndex>;
  byId: Map<string, DumpedMessage>;
  byKey: Map<string, DumpedMessage>;
}

interface SendIdentity {
  chatRoomId: string;
  senderId: string;
  clientMessageId: string;
}

/** What makes a send the same send. */
export function toSendKey({ chatRoomId, senderId, clientMessageId }: SendIdentity): string {
  return `${chatRoomId} ${senderId} ${clientMessageId}`;
}

/** Of two messages with one seq or one key the first is kept; `checkStoredRows` reports the other. */
export function indexDump(dump: DatabaseDump): DumpIndex {
  const index: DumpIndex = { rooms: new Map(), byId: new Map(), byKey: new Map() };
  for (const { id, lastSeq } of dump.rooms) roomOf(index, id).lastSeq = lastSeq;
  for (const { chatRoomId, userId } of dump.memberships) roomOf(index, chatRoomId).members.add(userId);
  for (const { chatRoomId, userId, lastReadSeq } of dump.readMarks) {
    roomOf(index, chatRoomId).marks.set(userId, lastReadSeq);
  }
  for (const message of dump.messages) addMessage(index, message);
  return index;
}

function roomOf({ rooms }: DumpIndex, id: string): DumpedRoomIndex {
  const known = rooms.get(id);
  if (known) return known;
  const room = { id, lastSeq: 0, head: 0, bySeq: new Map(), members: new Set<string>(), marks: new Map() };
  rooms.set(id, room);
  return room;
}

function addMessage(index: DumpIndex, message: DumpedMessage): void {
  const room = roomOf(index, message.chatRoomId);
  room.head = Math.max(room.head, message.seq);
  if (!room.bySeq.has(message.seq)) room.bySeq.set(message.seq, message);
  index.byId.set(message.id, message);
  const key = toSendKey(message);
  if (!index.byKey.has(key)) index.byKey.set(key, message);
}
