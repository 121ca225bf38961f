import type { ChatRoom, RoomMessage } from '@hallway/contracts';
import fc from 'fast-check';
import type { TimelineData, TimelineEvent } from '../src/timeline-data.ts';
import { applyEvent, createTimelineData, findGap } from '../src/timeline-state.ts';

export const me = 'a'.repeat(24);
export const peer = 'b'.repeat(24);
export const roomId = 'c'.repeat(24);
export const chatRoom: ChatRoom = {
  id: roomId,
  type: 'direct',
  title: null,
  courseId: null,
  participants: [],
  participantCount: 2,
  lastSeq: 0,
  createdAt: '2026-01-01T00:00:00.000Z',
};

interface Written {
  mine: boolean;
  isVoid: boolean;
  change: 'none' | 'edited' | 'deleted';
}
export interface Room {
  direct: boolean;
  log: Written[];
  myMark: number;
  peerMark: number;
}

export function original(room: Room, seq: number): RoomMessage {
  const { mine, isVoid } = room.log[seq - 1]!;
  return {
    id: seq.toString(16).padStart(24, '0'),
    chatRoomId: roomId,
    seq,
    senderId: mine ? me : peer,
    senderModel: 'Student',
    receiverId: room.direct ? (mine ? peer : me) : null,
    receiverModel: room.direct ? 'Student' : null,
    content: isVoid ? '' : `message ${seq}`,
    messageType: 'text',
    clientMessageId: `m${seq}`,
    isRead: false,
    createdAt: new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString(),
    ...(isVoid ? { isVoid: true as const } : {}),
  };
}

/** The message as the server stores it in the end. */
export function stored(room: Room, seq: number): RoomMessage {
  const message = original(room, seq);
  const { change, isVoid } = room.log[seq - 1]!;
  const mark = message.receiverId === me ? room.myMark : room.peerMark;
  const isRead = room.direct && seq <= mark;
  if (isVoid || change === 'none') return { ...message, isRead };
  const editedAt = '2026-02-01T00:00:00.000Z';
  if (change === 'edited') return { ...message, isRead, content: 'edited', editedAt };
  return { ...message, isRead, content: '', editedAt, deletedAt: '2026-01-15T00:00:00.000Z' };
}

export function range(
  room: Room,
  { from = 1, to = room.log.length, version = stored }: { from?: number; to?: number; version?: typeof stored },
): RoomMessage[] {
  const messages: RoomMessage[] = [];
  for (let seq = Math.max(1, from); seq <= Math.min(room.log.length, to); seq += 1) messages.push(version(room, seq));
  return messages;
}

export function joined(room: Room, upTo: number, { size = 50, version = stored } = {}): TimelineEvent {
  const messages = range(room, { from: upTo - size + 1, to: upTo, version });
  const lastReadSeq = Math.min(room.myMark, upTo);
  const answer = { chatRoom, messages, lastSeq: upTo, lastReadSeq, complete: upTo <= size };
  return { type: 'joined', answer };
}

export const roomArbitrary: fc.Arbitrary<Room> = fc
  .record({
    direct: fc.boolean(),
    log: fc.array(
      fc.record({
        mine: fc.boolean(),
        isVoid: fc.nat(9).map((n) => n === 0),
        change: fc.constantFrom('none' as const, 'none' as const, 'edited' as const, 'deleted' as const),
      }),
      { maxLength: 40 },
    ),
    marks: fc.tuple(fc.nat(40), fc.nat(40)),
  })
  .map(({ direct, log, marks }) => {
    const lastOf = (mine: boolean) => log.findLastIndex((written) => written.mine === mine && !written.isVoid) + 1;
    const myMark = Math.min(log.length, Math.max(marks[0], lastOf(true)));
    return { direct, log, myMark, peerMark: Math.min(log.length, Math.max(marks[1], lastOf(false))) };
  });

export const stepArbitrary = fc.record({
  kind: fc.constantFrom(
    ...(['live', 'live', 'live', 'update', 'joined', 'caughtUp', 'older', 'read', 'heard', 'typed'] as const),
  ),
  at: fc.nat(40),
  size: fc.integer({ min: 1, max: 12 }),
  late: fc.boolean(),
});
export type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never;

type ToEvent = (room: Room, state: TimelineData, step: Step & { seq: number }) => TimelineEvent | null;

const steps: Record<Step['kind'], ToEvent> = {
  live: (room, _, { seq }) => ({ type: 'messages', messages: [original(room, seq)] }),
  update: (room, _, { seq }) => ({ type: 'messages', messages: [stored(room, seq)] }),
  heard: (_room, _state, { seq }) => ({ type: 'heard', lastSeq: seq }),
  typed: (_room, _state, { late, at }) => ({ type: 'typed', userId: peer, isTyping: late, until: at }),
  joined: (room, _, { seq, size, late }) => joined(room, seq, { size, version: late ? stored : original }),
  read(room, _, { seq, late }) {
    if (late) return { type: 'read', userId: me, lastReadSeq: Math.min(seq, room.myMark) };
    return room.direct ? { type: 'read', userId: peer, lastReadSeq: Math.min(seq, room.peerMark) } : null;
  },
  older(room, state, { size }) {
    const first = state.placed[0]?.seq;
    if (first === undefined || first === 1) return null;
    return { type: 'older', messages: range(room, { from: first - size, to: first - 1 }) };
  },
  caughtUp(room, state, { seq, size }) {
    const after = state.head ?? seq;
    const messages = range(room, { from: after + 1, to: after + size });
    return { type: 'caughtUp', answer: { lastSeq: room.log.length, lastReadSeq: room.myMark, messages } };
  },
};

/** The event that a step stands for in this room; null where the room cannot have it. */
export function toEvent(room: Room, state: TimelineData, step: Step): TimelineEvent | null {
  if (room.log.length === 0) return null;
  return steps[step.kind](room, state, { ...step, seq: (step.at % room.log.length) + 1 });
}

/** What a client does until nothing is missing: joins, fills gaps, pages to the start, hears the last changes. */
export function settle(room: Room, begun: TimelineData): TimelineData {
  let state = begun.head === null ? applyEvent(begun, joined(room, room.log.length, { size: 10 })) : begun;
  const { length } = room.log;
  state = applyEvent(state, { type: 'caughtUp', answer: { lastSeq: length, lastReadSeq: room.myMark, messages: [] } });
  for (let gap = findGap(state); gap !== null; gap = findGap(state)) {
    const messages = range(room, { from: gap.after + 1, to: Math.min(gap.before - 1, gap.after + 7) });
    state = applyEvent(state, { type: 'caughtUp', answer: { lastSeq: length, lastReadSeq: room.myMark, messages } });
  }
  while ((state.placed[0]?.seq ?? 1) > 1) {
    const first = state.placed[0]!.seq;
    state = applyEvent(state, { type: 'older', messages: range(room, { from: first - 9, to: first - 1 }) });
  }
  state = applyEvent(state, { type: 'messages', messages: range(room, {}) });
  if (room.direct) state = applyEvent(state, { type: 'read', userId: peer, lastReadSeq: room.peerMark });
  return applyEvent(state, { type: 'typingExpired', now: 1000 });
}

export function fresh(room: Room): TimelineData {
  return applyEvent(createTimelineData(me), joined(room, room.log.length));
}
