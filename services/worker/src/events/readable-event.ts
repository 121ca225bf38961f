import { ChatRoom, domainEvents, RoomMessage } from '@hallway/contracts';
import { findFaults } from '@hallway/platform';
import { type Static, type TSchema, Type } from 'typebox';

// Of a message and a room only what is used here is looked at, and more than that is welcome: a newer message service may
// announce fields that this version does not know.
const open = { additionalProperties: true } as const;

const readable = {
  'message.created': Type.Object({
    message: Type.Pick(RoomMessage, ['chatRoomId', 'seq', 'senderId', 'createdAt', 'isVoid'], open),
  }),
  'room.read': domainEvents['room.read'],
  'room.added': Type.Object({ chatRoom: Type.Pick(ChatRoom, ['id'], open) }),
  'room.removed': domainEvents['room.removed'],
} as const satisfies Record<string, TSchema>;

type ReadableType = keyof typeof readable;

/** What the worker reads of an event. */
export type ReadableEvent = {
  [T in ReadableType]: { type: T; traceparent?: string; data: Static<(typeof readable)[T]> };
}[ReadableType];

export type ReadResult =
  | { result: 'handled'; event: ReadableEvent }
  /** Of a type that says nothing to this version. */
  | { result: 'ignored' }
  | { result: 'malformed'; type: string; faults: { path: string; message: string }[] };

export function readEvent(value: unknown): ReadResult {
  if (typeof value !== 'object' || value === null || typeof (value as { type?: unknown }).type !== 'string') {
    return { result: 'malformed', type: 'unknown', faults: [{ path: '/type', message: 'is not an event' }] };
  }
  const { type, traceparent, data } = value as { type: string; traceparent?: unknown; data: unknown };
  if (!Object.hasOwn(readable, type)) return { result: 'ignored' };
  const faults = findFaults(readable[type as ReadableType], data);
  if (faults.length > 0) return { result: 'malformed', type, faults };
  const trace = typeof traceparent === 'string' ? { traceparent } : {};
  return { result: 'handled', event: { type, ...trace, data } as ReadableEvent };
}
