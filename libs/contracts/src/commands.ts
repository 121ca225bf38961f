import { type Static, Type } from 'typebox';
import type { ErrorCode } from './error-codes.ts';
import { ClientMessageId, Id, Nullable, Role, RoleModel, Timestamp } from './primitives.ts';
import { MessageType, RoomMessage } from './shapes.ts';

/**
 * One send on its way to the owner of its room's partition.
 * `origin` is the process that waits for the result under `requestId`. A gateway finds stored messages on the event
 * stream (`answer: 'event'`); everybody else, and every refusal and repeat, is answered on the origin's reply channel.
 */
export const SendCommand = Type.Object({
  requestId: Type.String(),
  origin: Type.String(),
  answer: Type.Union([Type.Literal('event'), Type.Literal('reply')]),
  senderId: Id,
  senderRole: Role,
  chatRoomId: Id,
  content: Type.String(),
  messageType: MessageType,
  clientMessageId: ClientMessageId,
  /** False when a service made the id up for this very send, so that no repeat of it can exist. */
  mayBeRepeat: Type.Boolean(),
  replyTo: Type.Optional(Id),
  receiverId: Type.Optional(Nullable(Id)),
  senderModel: Type.Optional(RoleModel),
  receiverModel: Type.Optional(Nullable(RoleModel)),
  submittedAt: Timestamp,
  traceparent: Type.Optional(Type.String()),
});
export type SendCommand = Static<typeof SendCommand>;

/**
 * An edit or a delete on its way through the same stream as the sends of its room, so that two of them have an order. It has
 * none of a send's fields that are required: a service that does not know it drops it, and never takes it for a send.
 */
export const ChangeCommand = Type.Object({
  change: Type.Union([Type.Literal('edit'), Type.Literal('delete')]),
  requestId: Type.String(),
  origin: Type.String(),
  callerId: Id,
  callerRole: Role,
  chatRoomId: Id,
  messageId: Id,
  /** Empty for a delete. */
  content: Type.String(),
  submittedAt: Timestamp,
  traceparent: Type.Optional(Type.String()),
});
export type ChangeCommand = Static<typeof ChangeCommand>;

/** What the owner of a partition is asked to do. */
export type RoomCommand = SendCommand | ChangeCommand;

export function isChange(command: RoomCommand): command is ChangeCommand {
  return 'change' in command;
}

/** What a stored send, or the repeat of one, is answered with. */
export const SendOutcome = Type.Object({ message: RoomMessage, duplicate: Type.Boolean() });
export type SendOutcome = Static<typeof SendOutcome>;

/** A refusal as it travels between services; the door that answers the client adds what the catalogue says. */
export interface Fault {
  code: ErrorCode;
  message?: string;
  details?: unknown;
  retryAfterMs?: number;
}

/** An answer on a reply channel. */
export type Answer = { requestId: string; ok: true; value: unknown } | { requestId: string; ok: false; fault: Fault };
