import type { TimelineMessage } from '@hallway/client';
import type { RoomMessage } from '@hallway/contracts';
import { describe, expect, it } from 'vitest';
import { toTimelineRows } from './timeline-rows.ts';

let next = 0;

function message(over: Partial<TimelineMessage> & { at?: Date } = {}): TimelineMessage {
  next += 1;
  const { at = new Date(2025, 2, 12, 14, 0), ...rest } = over;
  return {
    key: `k${next}`,
    seq: next,
    clientMessageId: `c${next}`,
    senderId: 'sarah',
    content: 'Hello',
    messageType: 'text',
    createdAt: at.toISOString(),
    mine: false,
    delivery: { status: 'sent' },
    stored: null,
    ...rest,
  };
}

const at = (minute: number, day = 12) => new Date(2025, 2, day, 14, minute);
const shape = (rows: ReturnType<typeof toTimelineRows>) =>
  rows.map((row) => (row.kind === 'message' ? `${row.startsGroup ? '[' : ''}${row.endsGroup ? ']' : ''}` : row.kind));

describe('toTimelineRows', () => {
  it('when one person writes within five minutes, makes one group', () => {
    const rows = toTimelineRows([message({ at: at(0) }), message({ at: at(4) }), message({ at: at(8) })], null);
    expect(shape(rows)).toEqual(['day', '[', '', ']']);
  });

  it('when more than five minutes pass, starts a group', () => {
    expect(shape(toTimelineRows([message({ at: at(0) }), message({ at: at(6) })], null))).toEqual(['day', '[]', '[]']);
  });

  it('when another person writes, starts a group', () => {
    const rows = toTimelineRows([message(), message({ senderId: 'john', mine: true }), message()], null);
    expect(shape(rows)).toEqual(['day', '[]', '[]', '[]']);
  });

  it('when the day changes, separates and starts a group', () => {
    const lateEvening = new Date(2025, 2, 12, 23, 59);
    const midnight = new Date(2025, 2, 13, 0, 1);
    const rows = toTimelineRows([message({ at: lateEvening }), message({ at: midnight })], null);
    expect(shape(rows)).toEqual(['day', '[]', 'day', '[]']);
  });

  it('when there is something unread, draws one line above the first of another person', () => {
    const messages = [
      message({ seq: 1 }),
      message({ seq: 2, mine: true, senderId: 'john' }),
      message({ seq: 3 }),
      message({ seq: 4 }),
    ];
    expect(shape(toTimelineRows(messages, 1))).toEqual(['day', '[]', '[]', 'unread', '[', ']']);
  });

  it('when everything is read, draws no line', () => {
    expect(shape(toTimelineRows([message({ seq: 1 })], 1))).toEqual(['day', '[]']);
  });

  it('when a void stands between two messages, shows nothing of it', () => {
    const hole = message({ stored: { isVoid: true } as RoomMessage });
    expect(shape(toTimelineRows([message(), hole, message()], null))).toEqual(['day', '[', ']']);
  });

  it('when the system speaks, shows a notice that parts the group', () => {
    const rows = toTimelineRows([message(), message({ messageType: 'system' }), message()], null);
    expect(shape(rows)).toEqual(['day', '[]', 'notice', '[]']);
  });

  it('when a message waits in the outbox, keeps its key when its number comes', () => {
    const waiting = message({ seq: null, mine: true, senderId: 'john' });
    const before = toTimelineRows([waiting], null).map((row) => row.key);
    expect(toTimelineRows([{ ...waiting, seq: 9 }], null).map((row) => row.key)).toEqual(before);
  });
});
