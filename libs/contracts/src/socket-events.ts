import { type Static, Type } from 'typebox';
import type { ErrorBody } from './error-codes.ts';
import { limits } from './limits.ts';
import { SendToRoomBody } from './message-api.ts';
import { Id, Nullable, Seq, SeqOrZero, Timestamp } from './primitives.ts';
import { ChatRoom, DirectMessage, RoomMessage } from './shapes.ts';

const closed = { additionalProperties: false } as const;

/** Payload schemas of what a client may emit. A bare id also serves for `joinRoom` and `leaveRoom`. */
export const clientEvents = {
  joinRoom: Type.Union([Id, Type.Object({ chatRoomId: Id, afterSeq: Type.Optional(SeqOrZero) }, closed)]),
  leaveRoom: Type.Union([Id, Type.Object({ chatRoomId: Id }, closed)]),
  sendMessage: SendToRoomBody,
  typing: Type.Object({ chatRoomId: Id, userId: Type.Optional(Id), isTyping: Type.Optional(Type.Boolean()) }, closed),
  markRead: Type.Object({ chatRoomId: Id, upToSeq: Seq }, closed),
  resume: Type.Object(
    {
      rooms: Type.Record(Type.String({ pattern: '^[0-9a-f]{24}$' }), SeqOrZero, {
        maxProperties: limits.resumeRooms,
        additionalProperties: false,
      }),
      /** `asOf` of an earlier answer for these rooms: brings what was edited or deleted since. */
      changedSince: Type.Optional(Timestamp),
    },
    closed,
  ),
  watchPresence: Type.Object({ userIds: Type.Array(Id, { maxItems: limits.watchedPeople }) }, closed),
  refreshSession: Type.Object({ token: Type.String({ maxLength: 4096 }) }, closed),
} as const;

export type ClientEventName = keyof typeof clientEvents;
export type ClientEventPayload<E extends ClientEventName> = Static<(typeof clientEvents)[E]>;

/** What a room misses after `afterSeq`; `complete: false` says that more has to be fetched. */
const catchUp = {
  lastSeq: SeqOrZero,
  lastReadSeq: SeqOrZero,
  messages: Type.Array(RoomMessage),
  complete: Type.Boolean(),
  /** Messages up to `afterSeq` that were edited or deleted since, the newest 200 changes; absent where none was. */
  changed: Type.Optional(Type.Array(RoomMessage)),
};
export const CatchUp = Type.Object(catchUp, closed);
export type CatchUp = Static<typeof CatchUp>;

const ok = Type.Literal(true);

/** What each client event is acknowledged with when it succeeded. */
export const clientEventAnswers = {
  joinRoom: Type.Object({ ok, chatRoom: ChatRoom, ...catchUp, online: Type.Array(Id) }, closed),
  leaveRoom: Type.Object({ ok }, closed),
  sendMessage: Type.Object({ ok, message: RoomMessage, duplicate: Type.Boolean() }, closed),
  typing: Type.Object({ ok }, closed),
  markRead: Type.Object({ ok, lastReadSeq: SeqOrZero, unread: SeqOrZero }, closed),
  resume: Type.Object(
    {
      ok,
      rooms: Type.Record(Type.String(), CatchUp),
      gone: Type.Array(Id),
      /**
       * Rooms of the person that were not asked for, at most 200. Absent where they are not known, or are more: then the list of
       * conversations has them.
       */
      others: Type.Optional(Type.Array(Id)),
      /** The server's time of this answer, to be given as `changedSince` next time. */
      asOf: Type.Optional(Timestamp),
      /** Over how long the clients of this gateway are to come back when they all lose it in one moment. */
      reconnectSpreadMs: Type.Optional(Type.Integer({ minimum: 0 })),
    },
    closed,
  ),
  watchPresence: Type.Object({ ok, online: Type.Array(Id) }, closed),
  refreshSession: Type.Object({ ok, expiresIn: Type.Integer() }, closed),
} as const satisfies Record<ClientEventName, unknown>;

export type ClientEventAnswers = { [E in ClientEventName]: Omit<Static<(typeof clientEventAnswers)[E]>, 'ok'> };

export interface RefusedAcknowledgement {
  ok: false;
  error: ErrorBody;
}
export type Acknowledgement<E extends ClientEventName> =
  | ({ ok: true } & ClientEventAnswers[E])
  | RefusedAcknowledgement;

/** What the server emits, by event name. */
export const serverEvents = {
  receiveMessage: RoomMessage,
  new_message: DirectMessage,
  messageUpdated: RoomMessage,
  typing: Type.Object({ chatRoomId: Id, userId: Id, isTyping: Type.Boolean() }, closed),
  messagesRead: Type.Object({ chatRoomId: Id, userId: Id, lastReadSeq: Seq, readAt: Timestamp }, closed),
  presence: Type.Object({ userId: Id, online: Type.Boolean(), lastSeenAt: Nullable(Timestamp) }, closed),
  roomAdded: Type.Object({ chatRoom: ChatRoom }, closed),
  roomUpdated: Type.Object({ chatRoom: ChatRoom }, closed),
  roomRemoved: Type.Object({ chatRoomId: Id }, closed),
  sessionExpiring: Type.Object({ expiresInMs: Type.Integer() }, closed),
  sessionEnded: Type.Object({ reason: Type.String() }, closed),
  serverDraining: Type.Object({ reconnectInMs: Type.Integer() }, closed),
  resync: Type.Object({}, closed),
} as const;

export type ServerEvents = { [E in keyof typeof serverEvents]: Static<(typeof serverEvents)[E]> };
export type ServerEventName = keyof ServerEvents;

/** Socket.IO event maps for a client: what it hears and what it says. */
export type ServerToClientEvents = { [E in ServerEventName]: (payload: ServerEvents[E]) => void };
export type ClientToServerEvents = {
  [E in ClientEventName]: (payload: ClientEventPayload<E>, acknowledge: (answer: Acknowledgement<E>) => void) => void;
};
