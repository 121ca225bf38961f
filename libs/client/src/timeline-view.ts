import type { RoomMessage } from '@hallway/contracts';
import type { TimelineData, WaitingMessage } from './timeline-data.ts';
import type { DeliveryState, TimelineMessage, TimelineState } from './types.ts';

/** Makes snapshots whose messages keep their identity for as long as nothing in them changes. */
export function createTimelineView(): (data: TimelineData) => TimelineState {
  const stored = new WeakMap<RoomMessage, TimelineMessage>();
  const waiting = new WeakMap<WaitingMessage, TimelineMessage>();

  function storedMessage(message: RoomMessage, me: string): TimelineMessage {
    const known = stored.get(message) ?? toStoredMessage(message, me);
    stored.set(message, known);
    return known;
  }

  function waitingMessage(item: WaitingMessage): TimelineMessage {
    const known = waiting.get(item) ?? toWaitingMessage(item);
    waiting.set(item, known);
    return known;
  }

  let last: TimelineState | null = null;

  /** The list itself stays the same while nothing that it is made of changes. */
  let drawn: { data: TimelineData; messages: TimelineMessage[] } | null = null;

  function toMessages(data: TimelineData): TimelineMessage[] {
    if (drawn !== null && drawsAlike(drawn.data, data)) return drawn.messages;
    const placed = data.placed.filter((message) => !message.isVoid).map((message) => storedMessage(message, data.me));
    const behindGap = data.held
      .filter((message) => message.senderId === data.me && data.drawn.has(message.clientMessageId))
      .map((message) => ({ ...storedMessage(message, data.me), seq: null }));
    drawn = { data, messages: [...placed, ...behindGap, ...unsent(data).map(waitingMessage)] };
    return drawn.messages;
  }

  return function toTimelineState(data) {
    const typing = data.typists.map((typist) => typist.userId);
    const next: TimelineState = {
      status: data.phase,
      error: data.error,
      chatRoom: data.chatRoom,
      messages: toMessages(data),
      hasOlder: data.head !== null && !data.atStart && (data.placed[0]?.seq ?? 1) > 1,
      loadingOlder: data.loadingOlder,
      lastSeq: data.lastSeq,
      lastReadSeq: data.marks[data.me] ?? 0,
      typing: last !== null && last.typing.join() === typing.join() ? last.typing : typing,
    };
    last = last !== null && isSame(last, next) ? last : next;
    return last;
  };
}

function drawsAlike(a: TimelineData, b: TimelineData): boolean {
  return a.placed === b.placed && a.held === b.held && a.waiting === b.waiting && a.drawn === b.drawn;
}

function isSame(a: TimelineState, b: TimelineState): boolean {
  return (Object.keys(b) as (keyof TimelineState)[]).every((name) => Object.is(a[name], b[name]));
}

/** The outbox may know a little later than the timeline that a message is stored; it is drawn once. */
function unsent({ me, waiting, placed, held }: TimelineData): readonly WaitingMessage[] {
  if (waiting.length === 0) return waiting;
  const mine = new Set<string>();
  for (const message of [...placed, ...held]) if (message.senderId === me) mine.add(message.clientMessageId);
  return waiting.filter(({ entry }) => !mine.has(entry.clientMessageId));
}

function toStoredMessage(message: RoomMessage, me: string): TimelineMessage {
  const mine = message.senderId === me;
  return {
    key: `${message.senderId}:${message.clientMessageId}`,
    seq: message.seq,
    clientMessageId: message.clientMessageId,
    senderId: message.senderId,
    content: message.content,
    messageType: message.messageType,
    createdAt: message.createdAt,
    mine,
    delivery: { status: mine && message.isRead ? 'read' : 'sent' },
    stored: message,
  };
}

function toWaitingMessage({ entry, sending }: WaitingMessage): TimelineMessage {
  return {
    key: `${entry.userId}:${entry.clientMessageId}`,
    seq: null,
    clientMessageId: entry.clientMessageId,
    senderId: entry.userId,
    content: entry.content,
    messageType: entry.messageType,
    createdAt: entry.createdAt,
    mine: true,
    delivery: toDelivery(entry.failed, sending),
    stored: null,
  };
}

function toDelivery(failed: WaitingMessage['entry']['failed'], sending: boolean): DeliveryState {
  if (failed !== null) return { status: 'failed', error: failed };
  return { status: sending ? 'sending' : 'queued' };
}
