import { type Static, type TSchema, Type } from 'typebox';
import { Id, Nullable, Seq, Timestamp } from './primitives.ts';
import { ChatRoom, RoomMessage, RoomType } from './shapes.ts';

/** Facts that services announce on the event streams, past tense, by name. Consumers must tolerate unknown fields. */
export const domainEvents = {
  'message.created': Type.Object({
    message: RoomMessage,
    roomType: RoomType,
    /** Who waits for the result of the send, see `SendCommand`. */
    origin: Type.Optional(Type.Object({ instance: Type.String(), requestId: Type.String() })),
  }),
  /** Read marks of one room that moved since the last announcement, each the largest so far. */
  'room.read': Type.Object({
    chatRoomId: Id,
    roomType: RoomType,
    /** Both people of a direct room, whose every socket hears of it; null elsewhere. */
    directParticipantIds: Nullable(Type.Array(Id)),
    marks: Type.Array(Type.Object({ userId: Id, lastReadSeq: Seq, readAt: Timestamp })),
  }),
  /** A message as it is after an edit or a delete. */
  'message.updated': Type.Object({
    message: RoomMessage,
    roomType: RoomType,
    /** Members who came after the message, in a room whose members see only what was written since they came. */
    hiddenFrom: Type.Optional(Type.Array(Id)),
  }),
  'room.added': Type.Object({ chatRoom: ChatRoom, userIds: Type.Array(Id) }),
  /** Its title or its people changed. */
  'room.updated': Type.Object({ chatRoom: ChatRoom }),
  'room.removed': Type.Object({ chatRoomId: Id, userIds: Type.Array(Id) }),
} as const satisfies Record<string, TSchema>;

export type DomainEventType = keyof typeof domainEvents;
export type DomainEventData<T extends DomainEventType> = Static<(typeof domainEvents)[T]>;

/** The envelope of a domain event. `id` is unique and stays the same when the event is announced again. */
export type DomainEvent = {
  [T in DomainEventType]: {
    id: string;
    type: T;
    occurredAt: string;
    traceparent: string | null;
    data: DomainEventData<T>;
  };
}[DomainEventType];

/** An ended session or all sessions of a person, from the auth service to everybody who holds tokens or sockets. */
export const SessionEnded = Type.Object({
  userId: Id,
  /** Null ends every session of the person that began before `endedAt`. */
  sessionId: Nullable(Id),
  reason: Type.Union([
    Type.Literal('signed-out'),
    Type.Literal('ended-elsewhere'),
    Type.Literal('token-reused'),
    Type.Literal('password-changed'),
    Type.Literal('deactivated'),
    Type.Literal('role-changed'),
    Type.Literal('expired'),
  ]),
  endedAt: Timestamp,
});
export type SessionEnded = Static<typeof SessionEnded>;
