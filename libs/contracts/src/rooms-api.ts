import { type Static, Type } from 'typebox';
import { refusalReasons } from './error-codes.ts';
import { limits } from './limits.ts';
import { ClientMessageId, Id, Nullable, Timestamp } from './primitives.ts';
import { ChatRoom, HistoryFrom, PublicUser } from './shapes.ts';

const closed = { additionalProperties: false } as const;

const UserIds = Type.Array(Id, { maxItems: limits.membersPerRequest });
const Title = Type.String({ minLength: 1, maxLength: limits.titleLength });

/** What somebody is in a room of many. Owners manage it. */
export const RoomRole = Type.Union([Type.Literal('owner'), Type.Literal('member')]);
export type RoomRole = Static<typeof RoomRole>;

/**
 * `POST /api/rooms`. A `course` or `announcement` room with a `courseId` and no members follows the course's enrolments, and
 * with `sectionId` those of a section. The same `clientRoomId` of the same person names the same room.
 */
export const CreateRoomBody = Type.Object(
  {
    type: Type.Union([Type.Literal('group'), Type.Literal('course'), Type.Literal('announcement')]),
    title: Title,
    courseId: Type.Optional(Id),
    memberIds: Type.Optional(UserIds),
    audience: Type.Optional(Type.Union([Type.Literal('course'), Type.Literal('section')])),
    sectionId: Type.Optional(Id),
    historyFrom: Type.Optional(HistoryFrom),
    clientRoomId: Type.Optional(ClientMessageId),
  },
  closed,
);
export type CreateRoomBody = Static<typeof CreateRoomBody>;

export const ChangeRoomBody = Type.Object({ title: Title }, closed);

export const RoomAnswer = Type.Object({ chatRoom: ChatRoom }, closed);

/** Why somebody is in a room: by hand, or because an enrolment puts them there for as long as it lasts. */
export const MembershipSource = Type.Union([Type.Literal('manual'), Type.Literal('audience')]);
export type MembershipSource = Static<typeof MembershipSource>;

/** Why a send would be refused now. `reason` is null where the other person's account is closed. */
export const WriteRefusal = Type.Object(
  { reason: Nullable(Type.Enum(refusalReasons)), explanation: Type.String() },
  closed,
);
export type WriteRefusal = Static<typeof WriteRefusal>;

/** A room as one of its members has it. */
export const MyRoomAnswer = Type.Object(
  {
    chatRoom: ChatRoom,
    /** `canWrite` false: a send would be refused, and `refusal` says why. */
    me: Type.Object(
      {
        roomRole: RoomRole,
        source: MembershipSource,
        canManage: Type.Boolean(),
        canModerate: Type.Boolean(),
        canWrite: Type.Boolean(),
      },
      closed,
    ),
    refusal: Nullable(WriteRefusal),
  },
  closed,
);
export type MyRoomAnswer = Static<typeof MyRoomAnswer>;

export const RoomMember = Type.Object(
  { ...PublicUser.properties, roomRole: RoomRole, joinedAt: Timestamp, source: MembershipSource },
  closed,
);
export type RoomMember = Static<typeof RoomMember>;

export const RoomMembersAnswer = Type.Object(
  { members: Type.Array(RoomMember), nextCursor: Nullable(Type.String()) },
  closed,
);
export type RoomMembersAnswer = Static<typeof RoomMembersAnswer>;

export const AddMembersBody = Type.Object({ userIds: UserIds }, closed);

/** `added`: those who were no members before. */
export const AddMembersAnswer = Type.Object({ chatRoom: ChatRoom, added: Type.Array(Id) }, closed);
export type AddMembersAnswer = Static<typeof AddMembersAnswer>;

export const MemberParams = Type.Object({ id: Id, userId: Id }, closed);

export const EditMessageBody = Type.Object({ content: Type.String() }, closed);
