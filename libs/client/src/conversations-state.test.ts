import type { Conversation, RoomMessage } from '@hallway/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyConversationsEvent,
  type ConversationsData,
  type ConversationsEvent,
  createConversationsData,
  sortConversations,
} from './conversations-state.ts';

const me = 'a'.repeat(24);
const peer = 'b'.repeat(24);

interface Room {
  id: string;
  /** Whether each message is mine, and how many minutes after the last one of any room it came. */
  log: { mine: boolean; isVoid: boolean; minutes: number }[];
  myMark: number;
  peerMark: number;
}

const roomsArbitrary: fc.Arbitrary<Room[]> = fc
  .array(
    fc.record({
      log: fc.array(
        fc.record({
          mine: fc.boolean(),
          isVoid: fc.nat(9).map((n) => n === 0),
          minutes: fc.integer({ min: 1, max: 500 }),
        }),
        { maxLength: 12 },
      ),
      marks: fc.tuple(fc.nat(12), fc.nat(12)),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((rooms) =>
    rooms.map(({ log, marks }, index) => {
      const last = (mine: boolean) => log.findLastIndex((message) => message.mine === mine && !message.isVoid) + 1;
      const mark = (least: number, wish: number) => Math.min(log.length, Math.max(least, wish));
      const [myMark, peerMark] = [mark(last(true), marks[0]), mark(last(false), marks[1])];
      return { id: index.toString(16).padStart(24, '0'), log, myMark, peerMark };
    }),
  );

function toMessage(room: Room, seq: number, isRead: boolean): RoomMessage {
  const { mine, isVoid } = room.log[seq - 1]!;
  const minutes = room.log.slice(0, seq).reduce((sum, message) => sum + message.minutes, 0);
  return {
    id: seq.toString(16).padStart(24, '0'),
    chatRoomId: room.id,
    seq,
    senderId: mine ? me : peer,
    senderModel: 'Student',
    receiverId: mine ? peer : me,
    receiverModel: 'Student',
    content: `message ${seq}`,
    messageType: 'text',
    clientMessageId: `m${seq}`,
    isRead,
    createdAt: new Date(Date.UTC(2026, 0, 1) + minutes * 60_000).toISOString(),
    ...(isVoid ? { isVoid: true as const } : {}),
  };
}

/** The room's line as the server would have answered it when the log had `length` messages. */
function toLine(room: Room, length: number): Conversation {
  const seq = room.log.slice(0, length).findLastIndex((message) => !message.isVoid) + 1;
  const receiverMark = seq > 0 && room.log[seq - 1]!.mine ? room.peerMark : room.myMark;
  const lastMessage = seq === 0 ? null : toMessage(room, seq, seq <= Math.min(receiverMark, length));
  const lastReadSeq = Math.min(room.myMark, length);
  const chatRoom = {
    id: room.id,
    type: 'direct' as const,
    title: null,
    courseId: null,
    participants: [],
    participantCount: 2,
    lastSeq: length,
    createdAt: '2026-01-01T00:00:00.000Z',
  };
  const lastActivityAt = lastMessage?.createdAt ?? chatRoom.createdAt;
  return { chatRoom, with: null, lastMessage, lastReadSeq, unread: length - lastReadSeq, lastActivityAt };
}

function freshList(rooms: Room[]): Conversation[] {
  const page = rooms.map((room) => toLine(room, room.log.length));
  return sortConversations(applyConversationsEvent(createConversationsData(me), { type: 'page', conversations: page }));
}

function applyAll(state: ConversationsData, events: ConversationsEvent[]): ConversationsData {
  return events.reduce(applyConversationsEvent, state);
}

function liveEvents(room: Room): ConversationsEvent[] {
  return room.log.map((_, index) => ({ type: 'message', message: toMessage(room, index + 1, false) }));
}

function readEvents(room: Room): ConversationsEvent[] {
  return [
    { type: 'read', chatRoomId: room.id, userId: me, lastReadSeq: room.myMark },
    { type: 'read', chatRoomId: room.id, userId: peer, lastReadSeq: room.peerMark },
  ];
}

describe('applyConversationsEvent', () => {
  it('when live events come in any order and again, around an old page, ends in the list of a fresh fetch', () => {
    fc.assert(
      fc.property(roomsArbitrary, fc.nat(), fc.array(fc.nat(), { maxLength: 80 }), (rooms, pageAt, shuffle) => {
        const page = rooms.map((room) => toLine(room, pageAt % (room.log.length + 1)));
        const live = rooms.flatMap(liveEvents);
        const mixed = [...shuffle.map((n) => live[n % Math.max(1, live.length)]), ...live].filter(
          (e) => e !== undefined,
        );
        const begun: ConversationsEvent[] = [{ type: 'refetchBegun' }, { type: 'page', conversations: page }];
        const again: ConversationsEvent[] = [{ type: 'page', conversations: page }];
        const events = [...begun, ...mixed, ...rooms.flatMap(readEvents), ...again];
        const state = applyAll(createConversationsData(me), [...events, { type: 'refetchEnded', complete: true }]);
        expect(sortConversations(state)).toEqual(freshList(rooms));
      }),
      { numRuns: 300 },
    );
  });

  it('when anything was applied, unread is the difference of the two numbers and never negative', () => {
    fc.assert(
      fc.property(roomsArbitrary, fc.array(fc.nat(), { maxLength: 80 }), (rooms, shuffle) => {
        const all = [...rooms.flatMap(liveEvents), ...rooms.flatMap(readEvents)];
        let state = applyAll(createConversationsData(me), [
          { type: 'page', conversations: rooms.map((room) => toLine(room, 0)) },
        ]);
        for (const n of shuffle) {
          state = applyConversationsEvent(state, all[n % all.length]!);
          for (const { unread, chatRoom, lastReadSeq } of state.byRoom.values()) {
            expect(unread).toBe(chatRoom.lastSeq - lastReadSeq);
            expect(unread).toBeGreaterThanOrEqual(0);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  const room: Room = { id: '1'.repeat(24), log: [{ mine: false, isVoid: false, minutes: 1 }], myMark: 0, peerMark: 1 };

  it('when a room is left while a page is on its way, the page does not bring it back', () => {
    const state = applyAll(createConversationsData(me), [
      { type: 'refetchBegun' },
      { type: 'roomRemoved', chatRoomId: room.id },
      { type: 'page', conversations: [toLine(room, 1)] },
      { type: 'refetchEnded', complete: true },
    ]);
    expect(state.byRoom.size).toBe(0);
  });

  it('when a complete refetch does not name a room, it goes, unless it was added meanwhile', () => {
    const other = { ...room, id: '2'.repeat(24) };
    const state = applyAll(createConversationsData(me), [
      { type: 'page', conversations: [toLine(room, 1)] },
      { type: 'refetchBegun' },
      { type: 'roomAdded', conversation: toLine(other, 0) },
      { type: 'refetchEnded', complete: true },
    ]);
    expect([...state.byRoom.keys()]).toEqual([other.id]);
  });

  it('when an event changes nothing, answers the very same state', () => {
    const state = applyAll(createConversationsData(me), [{ type: 'page', conversations: [toLine(room, 1)] }]);
    for (const event of liveEvents(room)) expect(applyConversationsEvent(state, event)).toBe(state);
    expect(applyConversationsEvent(state, { type: 'heard', chatRoomId: room.id, lastSeq: 1 })).toBe(state);
  });
});
