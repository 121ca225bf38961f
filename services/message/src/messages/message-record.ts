import { createHash } from 'node:crypto';
import { type MessageType, type Role, type RoomMessage, toRoleModel } from '@hallway/contracts';
import type { ObjectId } from '../object-ids.ts';

/** A message as it is stored. */
export interface MessageDocument {
  _id: ObjectId;
  roomId: ObjectId;
  seq: number;
  senderId: ObjectId;
  senderRole: Role;
  /** Null outside direct rooms. */
  receiverId: ObjectId | null;
  receiverRole: Role | null;
  content: string;
  messageType: MessageType;
  clientMessageId: string;
  /** What was first sent, so that a repeat can be told from another message, also after an edit. */
  fingerprint: string;
  replyTo?: ObjectId;
  createdAt: Date;
  editedAt?: Date;
  deletedAt?: Date;
  /** The later of the two, and later with each change, so that any two versions of a message have an order. */
  changedAt?: Date;
  /** The last changes that were applied, so that one that comes again is not applied over a later one. */
  appliedChanges?: string[];
  /** A number that no message took. */
  isVoid?: true;
}

/** A message as the service thinks of it. */
export interface StoredMessage {
  id: string;
  roomId: string;
  seq: number;
  senderId: string;
  senderRole: Role;
  receiverId: string | null;
  receiverRole: Role | null;
  content: string;
  messageType: MessageType;
  clientMessageId: string;
  fingerprint: string;
  replyTo: string | null;
  createdAt: Date;
  editedAt: Date | null;
  deletedAt: Date | null;
  changedAt: Date | null;
  appliedChanges: string[];
  isVoid: boolean;
}

export function toStoredMessage(document: MessageDocument): StoredMessage {
  return {
    id: document._id.toHexString(),
    roomId: document.roomId.toHexString(),
    seq: document.seq,
    senderId: document.senderId.toHexString(),
    senderRole: document.senderRole,
    receiverId: document.receiverId?.toHexString() ?? null,
    receiverRole: document.receiverRole,
    content: document.content,
    messageType: document.messageType,
    clientMessageId: document.clientMessageId,
    fingerprint: document.fingerprint,
    replyTo: document.replyTo?.toHexString() ?? null,
    createdAt: document.createdAt,
    editedAt: document.editedAt ?? null,
    deletedAt: document.deletedAt ?? null,
    changedAt: document.changedAt ?? null,
    appliedChanges: document.appliedChanges ?? [],
    isVoid: document.isVoid ?? false,
  };
}

/** The message on the wire. `readUpTo` is the receiver's read mark in a direct room, 0 elsewhere. */
export function toRoomMessage(message: StoredMessage, readUpTo: number): RoomMessage {
  return {
    id: message.id,
    chatRoomId: message.roomId,
    seq: message.seq,
    senderId: message.senderId,
    senderModel: toRoleModel(message.senderRole),
    receiverId: message.receiverId,
    receiverModel: message.receiverRole && toRoleModel(message.receiverRole),
    content: message.content,
    messageType: message.messageType,
    clientMessageId: message.clientMessageId,
    isRead: message.receiverId !== null && readUpTo >= message.seq,
    createdAt: message.createdAt.toISOString(),
    ...(message.replyTo === null ? {} : { replyTo: message.replyTo }),
    ...(message.editedAt === null ? {} : { editedAt: message.editedAt.toISOString() }),
    ...(message.deletedAt === null ? {} : { deletedAt: message.deletedAt.toISOString() }),
    ...(message.isVoid ? { isVoid: true as const } : {}),
  };
}

/** Identifies the content of a send: text, type and what it replies to. */
export function toFingerprint(send: {
  content: string;
  messageType: MessageType;
  replyTo?: string | undefined;
}): string {
  return createHash('sha256')
    .update(JSON.stringify([send.content, send.messageType, send.replyTo ?? null]))
    .digest('base64url');
}
