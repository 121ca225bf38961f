import { type Static, type TSchema, Type } from 'typebox';
import { limits } from './limits.ts';
import { Id, Seq, SeqOrZero, Timestamp } from './primitives.ts';
import { ChatRoom } from './shapes.ts';
import { CatchUp } from './socket-events.ts';

/** Questions that a gateway asks the message services over Redis; any of them may answer. All may be asked again. */
export const serviceRequests = {
  /** Ids of the chat rooms of a person, so that a gateway knows whose sockets an event concerns. */
  'person.rooms': {
    params: Type.Object({ userId: Id }),
    result: Type.Object({ chatRoomIds: Type.Array(Id) }),
  },
  /** `memberIds`: those whose presence the person may know, themselves and whom they may message; in large rooms the first of them. */
  'room.open': {
    params: Type.Object({ userId: Id, chatRoomId: Id, afterSeq: Type.Optional(SeqOrZero) }),
    result: Type.Object({ chatRoom: ChatRoom, memberIds: Type.Array(Id), ...CatchUp.properties }),
  },
  'rooms.resume': {
    params: Type.Object({
      userId: Id,
      rooms: Type.Record(Type.String(), SeqOrZero),
      changedSince: Type.Optional(Timestamp),
    }),
    result: Type.Object({
      rooms: Type.Record(Type.String(), CatchUp),
      gone: Type.Array(Id),
      asOf: Type.Optional(Timestamp),
    }),
  },
  'room.mark-read': {
    params: Type.Object({ userId: Id, chatRoomId: Id, upToSeq: Seq }),
    result: Type.Object({ lastReadSeq: SeqOrZero, unread: SeqOrZero }),
  },
  /** Of these people, the ones whom the person may message. */
  'people.reachable': {
    params: Type.Object({ userId: Id, userIds: Type.Array(Id, { maxItems: limits.watchedPeople }) }),
    result: Type.Object({ userIds: Type.Array(Id) }),
  },
  /** Of these pairs of people, in their order, which may message each other. Asked for what is told of one to the other. */
  'people.pairs': {
    params: Type.Object({
      pairs: Type.Array(Type.Object({ one: Id, other: Id }), { maxItems: limits.pairsPerRequest }),
    }),
    result: Type.Object({ allowed: Type.Array(Type.Boolean()) }),
  },
  /** Whether the person may write in the room now; the refusal of a send otherwise. */
  'room.may-write': {
    params: Type.Object({ userId: Id, chatRoomId: Id }),
    result: Type.Object({}),
  },
} as const satisfies Record<string, { params: TSchema; result: TSchema }>;

export type ServiceRequestName = keyof typeof serviceRequests;
export type ServiceRequestParams<N extends ServiceRequestName> = Static<(typeof serviceRequests)[N]['params']>;
export type ServiceRequestResult<N extends ServiceRequestName> = Static<(typeof serviceRequests)[N]['result']>;
