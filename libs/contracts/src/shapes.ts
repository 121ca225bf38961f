import { type Static, Type } from 'typebox';
import { ClientMessageId, Id, Nullable, Role, RoleModel, Seq, SeqOrZero, Timestamp } from './primitives.ts';

const closed = { additionalProperties: false } as const;

export const PublicUser = Type.Object({ id: Id, username: Type.String(), name: Type.String(), role: Role }, closed);
export type PublicUser = Static<typeof PublicUser>;

export const MessageType = Type.Union([
  Type.Literal('text'),
  Type.Literal('image'),
  Type.Literal('file'),
  Type.Literal('system'),
]);
export type MessageType = Static<typeof MessageType>;

export const RoomMessage = Type.Object(
  {
    id: Id,
    chatRoomId: Id,
    seq: Seq,
    senderId: Id,
    senderModel: RoleModel,
    receiverId: Nullable(Id),
    receiverModel: Nullable(RoleModel),
    content: Type.String(),
    messageType: MessageType,
    clientMessageId: ClientMessageId,
    isRead: Type.Boolean(),
    createdAt: Timestamp,
    replyTo: Type.Optional(Id),
    editedAt: Type.Optional(Timestamp),
    deletedAt: Type.Optional(Timestamp),
    /** A number that no message took, so that `seq` stays contiguous. It has no content; clients and lists skip it. */
    isVoid: Type.Optional(Type.Literal(true)),
  },
  closed,
);
export type RoomMessage = Static<typeof RoomMessage>;

/** The same message as a person-to-person client sees it. */
export const DirectMessage = Type.Object(
  {
    id: Id,
    from: Id,
    to: Nullable(Id),
    text: Type.String(),
    read: Type.Boolean(),
    createdAt: Timestamp,
    chatRoomId: Id,
    seq: Seq,
    clientMessageId: ClientMessageId,
    editedAt: Type.Optional(Timestamp),
    deletedAt: Type.Optional(Timestamp),
    isVoid: Type.Optional(Type.Literal(true)),
  },
  closed,
);
export type DirectMessage = Static<typeof DirectMessage>;

export const RoomType = Type.Union([
  Type.Literal('direct'),
  Type.Literal('group'),
  Type.Literal('course'),
  Type.Literal('announcement'),
]);
export type RoomType = Static<typeof RoomType>;

/** Whether new members see what was written before they came. */
export const HistoryFrom = Type.Union([Type.Literal('start'), Type.Literal('joined')]);
export type HistoryFrom = Static<typeof HistoryFrom>;

/** Whose enrolments decide who is in a room: those of a course, or of one section of it. */
export const RoomAudience = Type.Object({ courseId: Id, sectionId: Nullable(Id) }, closed);
export type RoomAudience = Static<typeof RoomAudience>;

export const ChatRoom = Type.Object(
  {
    id: Id,
    type: RoomType,
    title: Nullable(Type.String()),
    courseId: Nullable(Id),
    participants: Type.Array(PublicUser),
    participantCount: Type.Integer({ minimum: 0 }),
    lastSeq: SeqOrZero,
    createdAt: Timestamp,
    /** Absent in direct rooms. */
    historyFrom: Type.Optional(HistoryFrom),
    /** Only where the members follow enrolments. */
    audience: Type.Optional(RoomAudience),
  },
  closed,
);
export type ChatRoom = Static<typeof ChatRoom>;

export const Conversation = Type.Object(
  {
    chatRoom: ChatRoom,
    with: Nullable(PublicUser),
    lastMessage: Nullable(RoomMessage),
    lastReadSeq: SeqOrZero,
    unread: SeqOrZero,
    lastActivityAt: Timestamp,
  },
  closed,
);
export type Conversation = Static<typeof Conversation>;

/** Maps a message to its by-person shape. */
export function toDirectMessage(message: RoomMessage): DirectMessage {
  return {
    id: message.id,
    from: message.senderId,
    to: message.receiverId,
    text: message.content,
    read: message.isRead,
    createdAt: message.createdAt,
    chatRoomId: message.chatRoomId,
    seq: message.seq,
    clientMessageId: message.clientMessageId,
    ...(message.editedAt === undefined ? {} : { editedAt: message.editedAt }),
    ...(message.deletedAt === undefined ? {} : { deletedAt: message.deletedAt }),
    ...(message.isVoid ? { isVoid: true as const } : {}),
  };
}
