import { type Static, Type } from 'typebox';
import type { ErrorBody } from './error-codes.ts';
import { limits } from './limits.ts';
import { SendToRoomBody } from './message-api.ts';
import { Id, Seq, SeqOrZero } from './primitives.ts';
import type { ChatRoom, DirectMessage, RoomMessage } from './shapes.ts';

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
    },
    closed,
  ),
  watchPresence: Type.Object({ userIds: Type.Array(Id, { maxItems: limits.watchedPeople }) }, closed),
  refreshSession: Type.Object({ token: Type.String({ maxLength: 4096 }) }, closed),
} as const;

export type ClientEventName = keyof typeof clientEvents;
export type ClientEventPayload<E extends ClientEventName> = Static<(typeof clientEvents)[E]>;

/** What a room misses after `afterSeq`; `complete: false` says that more has to be fetched. */
export interface CatchUp {
  lastSeq: number;
  lastReadSeq: number;
  messages: RoomMessage[];
  complete: boolean;
}

export interface ClientEventAnswers {
  joinRoom: CatchUp & { chatRoom: ChatRoom; online: string[] };
  leaveRoom: Record<never, never>;
  sendMessage: { message: RoomMessage; duplicate: boolean };
  typing: Record<never, never>;
  markRead: { lastReadSeq: number; unread: number };
  resume: { rooms: Record<string, CatchUp>; gone: string[] };
  watchPresence: { online: string[] };
  refreshSession: { expiresIn: number };
}

export interface RefusedAcknowledgement {
  ok: false;
  error: ErrorBody;
}
export type Acknowledgement<E extends ClientEventName> =
  | ({ ok: true } & ClientEventAnswers[E])
  | RefusedAcknowledgement;

/** What the server emits, by event name. */
export interface ServerEvents {
  receiveMessage: RoomMessage;
  new_message: DirectMessage;
  messageUpdated: RoomMessage;
  typing: { chatRoomId: string; userId: string; isTyping: boolean };
  messagesRead: { chatRoomId: string; userId: string; lastReadSeq: number; readAt: string };
  presence: { userId: string; online: boolean; lastSeenAt: string | null };
  roomAdded: { chatRoom: ChatRoom };
  roomUpdated: { chatRoom: ChatRoom };
  roomRemoved: { chatRoomId: string };
  sessionExpiring: { expiresInMs: number };
  sessionEnded: { reason: string };
  serverDraining: { reconnectInMs: number };
  resync: Record<never, never>;
}
export type ServerEventName = keyof ServerEvents;

/** Socket.IO event maps for a client: what it hears and what it says. */
export type ServerToClientEvents = { [E in ServerEventName]: (payload: ServerEvents[E]) => void };
export type ClientToServerEvents = {
  [E in ClientEventName]: (payload: ClientEventPayload<E>, acknowledge: (answer: Acknowledgement<E>) => void) => void;
};
