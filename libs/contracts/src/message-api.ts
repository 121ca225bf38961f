import { type Static, Type } from 'typebox';
import { limits } from './limits.ts';
import { ClientMessageId, Id, Nullable, RoleModel, Seq, SeqOrZero } from './primitives.ts';
import { ChatRoom, Conversation, DirectMessage, MessageType, PublicUser, RoomMessage } from './shapes.ts';

const closed = { additionalProperties: false } as const;

export const IdParams = Type.Object({ id: Id }, closed);
export const UserIdParams = Type.Object({ userId: Id }, closed);

/** Bounds of a page of history: `before` and `after` are exclusive. */
export const HistoryQuery = Type.Object({
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  after: Type.Optional(Type.Integer({ minimum: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.pageMax })),
});
export type HistoryQuery = Static<typeof HistoryQuery>;

export const ListQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.pageMax })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});
export type ListQuery = Static<typeof ListQuery>;

export const SendToPersonBody = Type.Object(
  { to: Id, text: Type.String(), clientMessageId: Type.Optional(ClientMessageId) },
  closed,
);
export type SendToPersonBody = Static<typeof SendToPersonBody>;

export const DirectMessageAnswer = Type.Object({ message: DirectMessage }, closed);

export const ConversationsAnswer = Type.Object(
  { conversations: Type.Array(Conversation), nextCursor: Nullable(Type.String()) },
  closed,
);
export type ConversationsAnswer = Static<typeof ConversationsAnswer>;

export const PersonHistoryAnswer = Type.Object(
  {
    chatRoomId: Nullable(Id),
    messages: Type.Array(DirectMessage),
    lastSeq: SeqOrZero,
    lastReadSeq: SeqOrZero,
  },
  closed,
);
export type PersonHistoryAnswer = Static<typeof PersonHistoryAnswer>;

export const ReadBody = Type.Object({ upToSeq: Type.Optional(Seq) }, closed);
export type ReadBody = Static<typeof ReadBody>;

export const ReadAnswer = Type.Object({ chatRoomId: Nullable(Id), lastReadSeq: SeqOrZero, unread: SeqOrZero }, closed);
export type ReadAnswer = Static<typeof ReadAnswer>;

export const OpenRoomBody = Type.Object(
  {
    participantId: Type.Optional(Id),
    studentId: Type.Optional(Id),
    instructorId: Type.Optional(Id),
    courseId: Type.Optional(Id),
  },
  closed,
);
export type OpenRoomBody = Static<typeof OpenRoomBody>;

export const OpenRoomAnswer = Type.Object({ chatRoom: ChatRoom, created: Type.Boolean() }, closed);
export type OpenRoomAnswer = Static<typeof OpenRoomAnswer>;

export const RoomHistoryAnswer = Type.Object(
  {
    messages: Type.Array(RoomMessage),
    chatRoom: ChatRoom,
    lastSeq: SeqOrZero,
    lastReadSeq: SeqOrZero,
  },
  closed,
);
export type RoomHistoryAnswer = Static<typeof RoomHistoryAnswer>;

/** What a client states about the two ends of a message. It is checked against the truth, never believed. */
const statedEnds = {
  senderId: Type.Optional(Id),
  receiverId: Type.Optional(Nullable(Id)),
  senderModel: Type.Optional(RoleModel),
  receiverModel: Type.Optional(Nullable(RoleModel)),
};

/** `POST /api/message/message` and the socket event `sendMessage` take the same object. */
export const SendToRoomBody = Type.Object(
  {
    chatRoomId: Id,
    content: Type.String(),
    clientMessageId: Type.Optional(ClientMessageId),
    messageType: Type.Optional(MessageType),
    replyTo: Type.Optional(Id),
    ...statedEnds,
  },
  closed,
);
export type SendToRoomBody = Static<typeof SendToRoomBody>;

export const RoomMessageAnswer = Type.Object({ message: RoomMessage }, closed);
export type RoomMessageAnswer = Static<typeof RoomMessageAnswer>;

export const CourseParams = Type.Object(
  { courseId: Id, currentChatRoomId: Type.Union([Id, Type.Literal('none')]) },
  closed,
);

export const CourseSummary = Type.Object(
  { id: Id, code: Type.String(), title: Type.String(), term: Type.String() },
  closed,
);

export const CourseStudent = Type.Object(
  {
    ...PublicUser.properties,
    online: Type.Boolean(),
    chatRoomId: Nullable(Id),
    lastMessage: Nullable(RoomMessage),
    unread: SeqOrZero,
  },
  closed,
);
export type CourseStudent = Static<typeof CourseStudent>;

export const CourseAnswer = Type.Object(
  { course: CourseSummary, students: Type.Array(CourseStudent), currentChatRoom: Nullable(ChatRoom) },
  closed,
);
export type CourseAnswer = Static<typeof CourseAnswer>;
