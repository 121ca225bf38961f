import type { ChatRoom, Conversation, RoomMessage } from '@hallway/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatRoom, me, original, type Room, range } from '../test/room-model.ts';
import { applyConversationsEvent, type ConversationsEvent, createConversationsData } from './conversations-state.ts';
import type { TimelineEvent } from './timeline-data.ts';
import { applyEvent, createTimelineData, findGap } from './timeline-state.ts';
import { createTimelineView } from './timeline-view.ts';

/**
 * Rooms as the server keeps them: a void message fills a number that nobody took below one that somebody did, so that no
 * head that was ever told stands on a void. Every other message may be one.
 */
const roomArbitrary: fc.Arbitrary<Room> = fc
  .record({
    log: fc.array(fc.record({ mine: fc.boolean(), isVoid: fc.boolean() }), { maxLength: 40 }),
    last: fc.boolean(),
    marks: fc.tuple(fc.nat(40), fc.nat(40)),
  })
  .map(({ log, last, marks }) => {
    const full = [...log, { mine: last, isVoid: false }].map((written) => ({ ...written, change: 'none' as const }));
    const [myMark, peerMark] = [Math.min(full.length, marks[0]), Math.min(full.length, marks[1])];
    return { direct: true, log: full, myMark, peerMark };
  });

const stepsArbitrary = fc.array(
  fc.record({
    kind: fc.constantFrom(...(['live', 'live', 'joined', 'caughtUp', 'repaired', 'older', 'heard', 'read'] as const)),
    at: fc.nat(60),
    size: fc.integer({ min: 1, max: 9 }),
  }),
  { maxLength: 60 },
);
type Step = typeof stepsArbitrary extends fc.Arbitrary<(infer T)[]> ? T : never;

/** `seq`s on which the head of the room stood at some time: those of real messages. */
function headsOf(room: Room): number[] {
  return room.log.flatMap(({ isVoid }, index) => (isVoid ? [] : [index + 1]));
}

/** What a step tells the timeline; null where it has nothing to tell. Only real messages come live. */
function toTimelineEvent(
  room: Room,
  head: number,
  { state, step }: { state: Known; step: Step },
): TimelineEvent | null {
  const lastReadSeq = Math.min(room.myMark, head);
  const page = (from: number, to: number) => range(room, { from, to: Math.min(to, head), version: original });
  const gap = findGap(state);
  const first = state.placed[0]?.seq ?? 1;
  switch (step.kind) {
    case 'live':
      return { type: 'messages', messages: [original(room, head)] };
    case 'heard':
      return { type: 'heard', lastSeq: head };
    case 'read':
      return { type: 'read', userId: me, lastReadSeq };
    case 'joined': {
      const messages = page(head - step.size + 1, head);
      const answer = { chatRoom: chatRoom as ChatRoom, messages, lastSeq: head, lastReadSeq, complete: false };
      return { type: 'joined', answer };
    }
    case 'caughtUp': {
      const after = state.head ?? 0;
      return { type: 'caughtUp', answer: { messages: page(after + 1, after + step.size), lastSeq: head, lastReadSeq } };
    }
    case 'repaired': {
      if (gap === null) return null;
      const messages = page(gap.after + 1, Math.min(gap.before - 1, gap.after + step.size));
      return { type: 'caughtUp', answer: { messages, lastSeq: head, lastReadSeq } };
    }
    case 'older':
      return first > 1 ? { type: 'older', messages: range(room, { from: first - step.size, to: first - 1 }) } : null;
  }
}
type Known = ReturnType<typeof createTimelineData>;

/** The room's line as the list answers it while the head stands there. */
function toLine(room: Room, head: number): Conversation {
  const lastMessage = original(room, head);
  const lastReadSeq = Math.min(room.myMark, head);
  const unread = head - lastReadSeq;
  return {
    ...{ chatRoom: { ...chatRoom, lastSeq: head }, with: null, lastMessage },
    ...{ lastReadSeq, unread, lastActivityAt: lastMessage.createdAt },
  };
}

/** What the same step tells the list: a page, a live message, or what a catch-up brings into it. */
function toListEvents(room: Room, head: number, step: Step): ConversationsEvent[] {
  const { id: chatRoomId } = chatRoom;
  const lastReadSeq = Math.min(room.myMark, head);
  const read: ConversationsEvent = { type: 'read', chatRoomId, userId: me, lastReadSeq };
  if (step.kind === 'live') return [{ type: 'message', message: original(room, head) }];
  if (step.kind === 'read') return [read];
  if (step.kind === 'joined') return [{ type: 'page', conversations: [toLine(room, head)] }];
  const brought = range(room, { from: head - step.size + 1, to: head - (step.at % step.size), version: original });
  const message = brought.findLast(({ isVoid }) => !isVoid);
  const news: ConversationsEvent[] = message === undefined ? [] : [{ type: 'message', message }];
  return [...news, { type: 'heard', chatRoomId, lastSeq: head }, read];
}

/** Something to read stands between the mark and the end, if the two differ. */
function expectSomethingToRead(room: Room, { lastReadSeq, lastSeq }: { lastReadSeq: number; lastSeq: number }): void {
  const between = room.log.slice(lastReadSeq, lastSeq);
  expect(between.length === 0 || between.some(({ isVoid }) => !isVoid)).toBe(true);
}

const isVoid = (message: RoomMessage | null) => message?.isVoid === true;

describe('void messages', () => {
  it('when anything comes in any order, a timeline shows none, and has something to read where it says so', () => {
    fc.assert(
      fc.property(roomArbitrary, stepsArbitrary, (room, steps) => {
        const heads = headsOf(room);
        let state = createTimelineData(me);
        const view = createTimelineView();
        for (const step of steps) {
          const event = toTimelineEvent(room, heads[step.at % heads.length]!, { state, step });
          if (event !== null) state = applyEvent(state, event);
          const shown = view(state);
          expect(shown.messages.some(({ stored }) => isVoid(stored))).toBe(false);
          expectSomethingToRead(room, shown);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('when anything comes in any order, the list previews none, and counts none alone', () => {
    fc.assert(
      fc.property(roomArbitrary, stepsArbitrary, (room, steps) => {
        const heads = headsOf(room);
        let state = createConversationsData(me);
        for (const step of steps) {
          const events = toListEvents(room, heads[step.at % heads.length]!, step);
          state = events.reduce(applyConversationsEvent, state);
          for (const line of state.byRoom.values()) {
            expect(isVoid(line.lastMessage)).toBe(false);
            expect(line.unread).toBe(line.chatRoom.lastSeq - line.lastReadSeq);
            expectSomethingToRead(room, { lastReadSeq: line.lastReadSeq, lastSeq: line.chatRoom.lastSeq });
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
