import type { TimelineMessage } from '@hallway/client';
import { daysBetween } from '../words/times.ts';

/** Messages of one person within this time stand together and share one time. */
const groupMs = 5 * 60_000;

export type TimelineRow =
  | { kind: 'day'; key: string; createdAt: string }
  | { kind: 'unread'; key: string }
  | { kind: 'notice'; key: string; message: TimelineMessage }
  | { kind: 'message'; key: string; message: TimelineMessage; startsGroup: boolean; endsGroup: boolean };

type MessageRow = Extract<TimelineRow, { kind: 'message' }>;

function sameDay(a: string, b: string): boolean {
  return daysBetween(new Date(a), new Date(b)) === 0;
}

function continuesGroup(previous: TimelineMessage, message: TimelineMessage): boolean {
  if (previous.senderId !== message.senderId) return false;
  const distance = Date.parse(message.createdAt) - Date.parse(previous.createdAt);
  return Math.abs(distance) <= groupMs;
}

/** The number of the message under which everything new stands, as it was when the room was opened. */
function isFirstUnread(message: TimelineMessage, readSeq: number, found: boolean): boolean {
  return !found && !message.mine && message.seq !== null && message.seq > readSeq;
}

interface Build {
  rows: TimelineRow[];
  /** The row that the next message may join; null after anything that parts a group. */
  open: MessageRow | null;
  previous: TimelineMessage | null;
  unreadShown: boolean;
}

function closeGroup(build: Build): void {
  if (build.open !== null) build.open.endsGroup = true;
  build.open = null;
}

function addSeparators(build: Build, message: TimelineMessage, readSeq: number | null): void {
  if (build.previous === null || !sameDay(build.previous.createdAt, message.createdAt)) {
    closeGroup(build);
    build.rows.push({ kind: 'day', key: `day:${message.key}`, createdAt: message.createdAt });
  }
  if (readSeq !== null && isFirstUnread(message, readSeq, build.unreadShown)) {
    closeGroup(build);
    build.unreadShown = true;
    build.rows.push({ kind: 'unread', key: 'unread' });
  }
}

function addMessage(build: Build, message: TimelineMessage): void {
  const joins = build.open !== null && continuesGroup(build.open.message, message);
  if (!joins) closeGroup(build);
  else if (build.open !== null) build.open.endsGroup = false;
  const row: MessageRow = { kind: 'message', key: message.key, message, startsGroup: !joins, endsGroup: true };
  build.rows.push(row);
  build.open = row;
}

/**
 * Lays out a timeline: days, the line above what is unread, notices and grouped messages, in the order of `messages`.
 * A void has a number and nothing to show; it leaves no row.
 * @param readSeq the read mark to draw the unread line at, or null for no line
 */
export function toTimelineRows(messages: readonly TimelineMessage[], readSeq: number | null): TimelineRow[] {
  const build: Build = { rows: [], open: null, previous: null, unreadShown: false };
  for (const message of messages) {
    if (message.stored?.isVoid) continue;
    addSeparators(build, message, readSeq);
    if (message.messageType === 'system') {
      closeGroup(build);
      build.rows.push({ kind: 'notice', key: message.key, message });
    } else {
      addMessage(build, message);
    }
    build.previous = message;
  }
  return build.rows;
}
