import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fresh,
  joined,
  me,
  original,
  peer,
  type Room,
  range,
  roomArbitrary,
  roomId,
  settle,
  stepArbitrary,
  toEvent,
} from '../test/room-model.ts';
import { applyEvent, createTimelineData, findGap } from './timeline-state.ts';
import { createTimelineView } from './timeline-view.ts';
import type { OutboxEntry } from './types.ts';

function entry(clientMessageId: string, order = 1): OutboxEntry {
  const createdAt = '2026-01-01T00:00:00.000Z';
  const content = clientMessageId;
  return {
    userId: me,
    chatRoomId: roomId,
    clientMessageId,
    content,
    messageType: 'text',
    createdAt,
    order,
    failed: null,
  };
}

/** Six messages, mine and the other person's in turn. */
const simple: Room = {
  direct: true,
  log: Array.from({ length: 6 }, (_, index) => ({ mine: index % 2 === 0, isVoid: false, change: 'none' as const })),
  myMark: 6,
  peerMark: 6,
};

describe('applyEvent', () => {
  it('when live events, repeats, gaps and joins come in any order, ends in the state of a fresh fetch', () => {
    fc.assert(
      fc.property(roomArbitrary, fc.array(stepArbitrary, { maxLength: 60 }), (room, steps) => {
        let state = createTimelineData(me);
        for (const step of steps) {
          const event = toEvent(room, state, step);
          if (event !== null) state = applyEvent(state, event);
        }
        const view = createTimelineView()(settle(room, state));
        const expected = createTimelineView()(fresh(room));
        expect({ ...view, hasOlder: false }).toEqual({ ...expected, hasOlder: false });
        expect(view.lastSeq - view.lastReadSeq).toBe(room.log.length - room.myMark);
      }),
      { numRuns: 500 },
    );
  });

  it('when anything comes in any order, never shows a hole, a void or a message twice', () => {
    fc.assert(
      fc.property(roomArbitrary, fc.array(stepArbitrary, { maxLength: 60 }), (room, steps) => {
        let state = createTimelineData(me);
        const view = createTimelineView();
        for (const step of steps) {
          const event = toEvent(room, state, step);
          if (event !== null) state = applyEvent(state, event);
          const first = state.placed[0]?.seq ?? 1;
          expect(state.placed.map((message) => message.seq)).toEqual(state.placed.map((_, index) => first + index));
          const { messages } = view(state);
          expect(messages.some((message) => message.stored?.isVoid)).toBe(false);
          expect(new Set(messages.map((message) => message.key)).size).toBe(messages.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('when an event comes a second time, answers the very same state', () => {
    const state = fresh(simple);
    expect(applyEvent(state, { type: 'messages', messages: range(simple, { from: 1, to: 6 }) })).toBe(state);
    expect(applyEvent(state, { type: 'read', userId: peer, lastReadSeq: 3 })).toBe(state);
    expect(applyEvent(state, { type: 'heard', lastSeq: 6 })).toBe(state);
  });

  it('when a message comes behind a gap, holds it and names the gap exactly', () => {
    let state = applyEvent(createTimelineData(me), joined(simple, 2));
    state = applyEvent(state, { type: 'messages', messages: range(simple, { from: 5, to: 6 }) });
    expect(createTimelineView()(state).messages.map((message) => message.seq)).toEqual([1, 2]);
    expect(findGap(state)).toEqual({ after: 2, before: 5 });
    state = applyEvent(state, { type: 'messages', messages: range(simple, { from: 3, to: 4 }) });
    expect(createTimelineView()(state).messages.map((message) => message.seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(findGap(state)).toBeNull();
  });

  it('when my message is stored, replaces the drawn one in place under the same key', () => {
    let state = applyEvent(createTimelineData(me), joined(simple, 4));
    state = applyEvent(state, { type: 'outbox', waiting: [{ entry: entry('m5'), sending: true }] });
    const view = createTimelineView();
    const before = view(state).messages.at(-1);
    expect(before).toMatchObject({ seq: null, delivery: { status: 'sending' }, key: `${me}:m5` });
    state = applyEvent(state, { type: 'messages', messages: range(simple, { from: 5, to: 5 }) });
    expect(view(state).messages).toHaveLength(5);
    expect(view(state).messages.at(-1)).toMatchObject({ seq: 5, key: before?.key });
  });

  it('when my message is stored behind a gap, keeps it drawn as sent without a place', () => {
    const room = { ...simple, peerMark: 0 };
    let state = applyEvent(createTimelineData(me), joined(room, 2, { version: original }));
    state = applyEvent(state, { type: 'outbox', waiting: [{ entry: entry('m5'), sending: true }] });
    state = applyEvent(state, { type: 'messages', messages: [original(room, 5)] });
    const shown = createTimelineView()(state).messages;
    expect(shown.map((message) => [message.seq, message.delivery.status])).toEqual([
      [1, 'read'],
      [2, 'sent'],
      [null, 'sent'],
    ]);
    state = applyEvent(state, { type: 'messages', messages: range(simple, { from: 3, to: 4 }) });
    expect(createTimelineView()(state).messages.map((message) => message.seq)).toEqual([1, 2, 3, 4, 5]);
    expect(state.drawn.size).toBe(0);
  });

  it('when the other person reads, tells it of my messages up to the mark and of no others', () => {
    const unread = { ...simple, myMark: 5, peerMark: 0 };
    let state = applyEvent(createTimelineData(me), joined(unread, 5, { version: original }));
    state = applyEvent(state, { type: 'read', userId: peer, lastReadSeq: 4 });
    const mine = createTimelineView()(state).messages.filter((message) => message.mine);
    expect(mine.map((message) => [message.seq, message.delivery.status])).toEqual([
      [1, 'read'],
      [3, 'read'],
      [5, 'sent'],
    ]);
  });

  it('when nothing before the first page may be seen, says that nothing is older', () => {
    let state = applyEvent(createTimelineData(me), joined(simple, 6, { size: 2 }));
    expect(createTimelineView()(state).hasOlder).toBe(true);
    state = applyEvent(state, { type: 'older', messages: [] });
    expect(createTimelineView()(state)).toMatchObject({ hasOlder: false, loadingOlder: false });
  });

  it('when a thousand messages wait behind a gap, holds no more than one catch-up brings', () => {
    const long = { ...simple, log: Array.from({ length: 1200 }, () => simple.log[1]!) };
    let state = applyEvent(createTimelineData(me), joined(simple, 2));
    for (const message of range(long, { from: 4, to: 1200 }))
      state = applyEvent(state, { type: 'messages', messages: [message] });
    expect(state.held).toHaveLength(500);
    expect(findGap(state)).toEqual({ after: 2, before: 4 });
    expect(settle(long, state).placed).toHaveLength(1200);
  });

  it('when a room stays open for very long, drops the oldest page and offers it again', () => {
    const long = { ...simple, log: Array.from({ length: 5200 }, () => simple.log[1]!) };
    let state = applyEvent(createTimelineData(me), joined(long, 10));
    expect(createTimelineView()(state).hasOlder).toBe(false);
    for (let seq = 11; seq <= 5200; seq += 100) {
      state = applyEvent(state, { type: 'messages', messages: range(long, { from: seq, to: seq + 99 }) });
    }
    expect(state.placed.length).toBeLessThanOrEqual(5000);
    expect(state.head).toBe(5200);
    expect(createTimelineView()(state).hasOlder).toBe(true);
  });
});

describe('createTimelineView', () => {
  it('when something else changes, keeps the identity of the messages and of their list', () => {
    const view = createTimelineView();
    const state = applyEvent(createTimelineData(me), joined(simple, 5));
    const before = view(state);
    const typed = view(applyEvent(state, { type: 'typed', userId: peer, isTyping: true, until: 1 }));
    expect(typed.typing).toEqual([peer]);
    expect(typed.messages).toBe(before.messages);
    const grown = view(applyEvent(state, { type: 'messages', messages: range(simple, { from: 6, to: 6 }) }));
    expect(grown.messages[0]).toBe(before.messages[0]);
  });

  it('when nothing that is shown changes, answers the same snapshot', () => {
    const view = createTimelineView();
    const state = fresh(simple);
    expect(view({ ...state })).toBe(view(state));
  });
});
