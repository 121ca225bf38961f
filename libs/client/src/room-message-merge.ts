import { type ChatRoom, type DirectMessage, type RoomMessage, toRoleModel } from '@hallway/contracts';

/** The later of two versions of one message: a delete beats an edit, an edit beats the original, whatever came first. */
export function laterVersion(known: RoomMessage, other: RoomMessage): RoomMessage {
  const winner = versionOf(other) > versionOf(known) ? other : known;
  return winner.isRead || !(known.isRead || other.isRead) ? winner : { ...winner, isRead: true };
}

function versionOf(message: RoomMessage): string {
  // Times of one format sort as text; the digit in front puts every delete after every edit.
  if (message.deletedAt !== undefined) return `2${message.deletedAt}`;
  return message.editedAt === undefined ? '0' : `1${message.editedAt}`;
}

/** Two lists as one, ascending, each `seq` once in its later version. Nothing new answers `known` itself. */
export function mergeBySeq(known: readonly RoomMessage[], added: readonly RoomMessage[]): readonly RoomMessage[] {
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  let changed = false;
  for (const message of added) {
    const before = bySeq.get(message.seq);
    const after = before === undefined ? message : laterVersion(before, message);
    if (after === before) continue;
    bySeq.set(message.seq, after);
    changed = true;
  }
  return changed ? [...bySeq.values()].sort((a, b) => a.seq - b.seq) : known;
}

/**
 * The room's view of a message that came by person; null when the sender is not among the participants that the room
 * lists, because then the role is unknown. Only plain texts travel in this shape without loss.
 */
export function toRoomMessage(message: DirectMessage, chatRoom: ChatRoom): RoomMessage | null {
  const sender = chatRoom.participants.find((person) => person.id === message.from);
  const receiver = chatRoom.participants.find((person) => person.id === message.to);
  if (sender === undefined || (message.to !== null && receiver === undefined)) return null;
  return {
    id: message.id,
    chatRoomId: message.chatRoomId,
    seq: message.seq,
    senderId: message.from,
    senderModel: toRoleModel(sender.role),
    receiverId: message.to,
    receiverModel: receiver === undefined ? null : toRoleModel(receiver.role),
    content: message.text,
    messageType: 'text',
    clientMessageId: message.clientMessageId,
    isRead: message.read,
    createdAt: message.createdAt,
    ...(message.isVoid ? { isVoid: true as const } : {}),
  };
}
