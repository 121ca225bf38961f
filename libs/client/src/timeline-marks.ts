import type { RoomMessage } from '@hallway/contracts';
import type { TimelineData } from './timeline-data.ts';

type Mark = readonly [userId: string, seq: number];

/** A message proves how far its two people have read: who sends has read up to it, and `isRead` speaks of the other. */
export function marksOf(me: string, messages: readonly RoomMessage[]): Mark[] {
  const marks: Mark[] = [];
  for (const { senderId, receiverId, seq, isRead, isVoid } of messages) {
    if (isVoid) continue;
    if (receiverId !== null || senderId === me) marks.push([senderId, seq]);
    if (receiverId !== null && isRead) marks.push([receiverId, seq]);
  }
  return marks;
}

/** Raises read marks, which never fall, and lets every message of a direct room say what they say. */
export function raiseMarks(state: TimelineData, marks: readonly Mark[]): TimelineData {
  const raised = { ...state.marks };
  for (const [userId, seq] of marks) raised[userId] = Math.max(seq, raised[userId] ?? 0);
  const changed = marks.some(([userId]) => raised[userId] !== state.marks[userId]);
  const next = changed ? raised : state.marks;
  const placed = flagRead(state.placed, next);
  const held = flagRead(state.held, next);
  if (!changed && placed === state.placed && held === state.held) return state;
  // Nobody reads further than the last message, so a mark beyond it tells of messages that have not come.
  return { ...state, marks: next, placed, held, lastSeq: Math.max(state.lastSeq, ...Object.values(next)) };
}

function flagRead(messages: readonly RoomMessage[], marks: Readonly<Record<string, number>>): readonly RoomMessage[] {
  const isNews = (m: RoomMessage) => !m.isRead && m.receiverId !== null && (marks[m.receiverId] ?? 0) >= m.seq;
  if (!messages.some(isNews)) return messages;
  return messages.map((message) => (isNews(message) ? { ...message, isRead: true } : message));
}
