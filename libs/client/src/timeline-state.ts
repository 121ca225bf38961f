import { type CatchUp, type ChatRoom, limits, type RoomMessage } from '@hallway/contracts';
import { laterVersion, mergeBySeq } from './room-message-merge.ts';
import type { MissedMessages, TimelineData, TimelineEvent, WaitingMessage } from './timeline-data.ts';
import { marksOf, raiseMarks } from './timeline-marks.ts';

// What lies behind a gap is fetched again with it, so holding more than one catch-up brings would gain nothing.
const mostHeld = limits.catchUpMessages;
// A room that stays open for a term must not grow for ever; a trimmed part is an older page again.
const mostPlaced = 5000;
const trimBy = 1000;
// More names than any line shows.
const mostTypists = 20;

export function createTimelineData(me: string): TimelineData {
  return {
    me,
    phase: 'loading',
    error: null,
    chatRoom: null,
    placed: [],
    head: null,
    held: [],
    lastSeq: 0,
    marks: {},
    atStart: false,
    loadingOlder: false,
    waiting: [],
    drawn: new Set(),
    typists: [],
  };
}

/** The messages that are missing: exclusive bounds, as history takes them. Null when nothing is. */
export function findGap(state: TimelineData): { after: number; before: number } | null {
  if (state.head === null || state.lastSeq <= state.head) return null;
  return { after: state.head, before: state.held[0]?.seq ?? state.lastSeq + 1 };
}

/**
 * Pure. Whatever the order of the events, and however often one comes, the same facts end in the same state, which is
 * that of a fresh fetch; `placed` never has a hole.
 */
export function applyEvent(state: TimelineData, event: TimelineEvent): TimelineData {
  switch (event.type) {
    case 'joined':
      return applyJoined(state, event.answer);
    case 'caughtUp':
      return applyCaughtUp(state, event.answer);
    case 'messages':
      return addMessages(state, event.messages);
    case 'heard':
      return patch(state, { lastSeq: Math.max(state.lastSeq, event.lastSeq) });
    case 'read':
      return raiseMarks(state, [[event.userId, event.lastReadSeq]]);
    case 'olderRequested':
      return { ...state, loadingOlder: true };
    case 'older':
      return applyOlder(state, event.messages);
    case 'olderFailed':
      return { ...state, loadingOlder: false, error: event.error };
    case 'typed':
      return applyTyped(state, event);
    case 'typingExpired':
      return keepTypists(state, (typist) => typist.until > event.now);
    case 'outbox':
      return { ...state, waiting: event.waiting };
    case 'roomUpdated':
      return { ...state, chatRoom: event.chatRoom };
    case 'reset':
      return { ...createTimelineData(state.me), waiting: state.waiting };
    case 'failed':
      return { ...state, phase: 'failed', loadingOlder: false, error: event.error };
  }
}

function applyJoined(state: TimelineData, answer: CatchUp & { chatRoom: ChatRoom }): TimelineData {
  const joined: TimelineData = { ...state, phase: 'ready', error: null, chatRoom: answer.chatRoom };
  if (state.head !== null) return applyCaughtUp(joined, answer);
  const page = contiguousEnd(answer.messages);
  // An empty page says that nothing up to the end may be seen, as in an empty room.
  const head = page.at(-1)?.seq ?? answer.lastSeq;
  const based: TimelineData = {
    ...joined,
    placed: page,
    head,
    held: state.held.filter((message) => message.seq > head),
    atStart: answer.complete || page.length === 0,
  };
  // What came live before the page counts as well: it may be newer than the page, or a later version.
  return applyCaughtUp(based, { ...answer, messages: mergeBySeq(answer.messages, state.held) });
}

function applyCaughtUp(state: TimelineData, answer: MissedMessages): TimelineData {
  const heard = patch(state, { lastSeq: Math.max(state.lastSeq, answer.lastSeq) });
  const added = addMessages(heard, answer.messages);
  return raiseMarks(added, [[state.me, answer.lastReadSeq]]);
}

function addMessages(state: TimelineData, messages: readonly RoomMessage[]): TimelineData {
  const known = messages.filter((message) => isPlaced(state, message.seq));
  const ahead = messages.filter((message) => message.seq > (state.head ?? 0));
  const held = mergeBySeq(state.held, ahead);
  const added = patch(state, {
    placed: replaceVersions(state.placed, known),
    held,
    lastSeq: Math.max(state.lastSeq, held.at(-1)?.seq ?? 0),
    drawn: noteDrawn(state, ahead),
    waiting: withoutStored(state, messages),
  });
  const settled = placeHeld(raiseMarks(added, marksOf(state.me, messages)));
  const authors = new Set(ahead.map((message) => message.senderId));
  return keepTypists(settled, (typist) => !authors.has(typist.userId));
}

/** The state with changes, or the same state when they change nothing. */
function patch(state: TimelineData, changes: Partial<TimelineData>): TimelineData {
  const names = Object.keys(changes) as (keyof TimelineData)[];
  return names.every((name) => Object.is(changes[name], state[name])) ? state : { ...state, ...changes };
}

function isPlaced(state: TimelineData, seq: number): boolean {
  const first = state.placed[0]?.seq;
  return first !== undefined && seq >= first && seq <= (state.head ?? 0);
}

function replaceVersions(placed: readonly RoomMessage[], versions: readonly RoomMessage[]): readonly RoomMessage[] {
  const first = placed[0]?.seq ?? 0;
  let replaced: RoomMessage[] | null = null;
  for (const version of versions) {
    const index = version.seq - first;
    const known = (replaced ?? placed)[index];
    if (known === undefined) continue;
    const later = laterVersion(known, version);
    if (later === known) continue;
    replaced ??= [...placed];
    replaced[index] = later;
  }
  return replaced ?? placed;
}

/** Moves what follows on the head without a gap. The rest stays held, within its bound. */
function placeHeld(state: TimelineData): TimelineData {
  const { head, held } = state;
  if (head === null) return held.length > mostHeld ? { ...state, held: held.slice(-mostHeld) } : state;
  const run = held.findIndex((message, index) => message.seq !== head + 1 + index);
  const next = held.slice(0, run === -1 ? held.length : run);
  const rest = held.slice(next.length, next.length + mostHeld);
  if (next.length === 0) return rest.length === held.length ? state : { ...state, held: rest };
  const placed = [...state.placed, ...next];
  const trimmed = placed.length > mostPlaced ? placed.slice(trimBy) : placed;
  const shown = new Set(state.drawn);
  for (const message of next) shown.delete(message.clientMessageId);
  return {
    ...state,
    placed: trimmed,
    held: rest,
    head: head + next.length,
    atStart: state.atStart && trimmed.length === placed.length,
    drawn: shown,
  };
}

function noteDrawn(state: TimelineData, ahead: readonly RoomMessage[]): ReadonlySet<string> {
  const waiting = new Set(state.waiting.map(({ entry }) => entry.clientMessageId));
  const stored = ahead.filter((message) => message.senderId === state.me && waiting.has(message.clientMessageId));
  if (stored.length === 0) return state.drawn;
  return new Set([...state.drawn, ...stored.map((message) => message.clientMessageId)]);
}

function withoutStored(state: TimelineData, messages: readonly RoomMessage[]): readonly WaitingMessage[] {
  if (state.waiting.length === 0) return state.waiting;
  const stored = new Set(messages.filter((m) => m.senderId === state.me && !m.isVoid).map((m) => m.clientMessageId));
  const left = state.waiting.filter(({ entry }) => !stored.has(entry.clientMessageId));
  return left.length === state.waiting.length ? state.waiting : left;
}

function applyOlder(state: TimelineData, messages: readonly RoomMessage[]): TimelineData {
  const first = state.placed[0]?.seq ?? 1;
  const page = contiguousEnd(messages.filter((message) => message.seq < first));
  const joins = page.at(-1)?.seq === first - 1;
  const placed = joins ? [...page, ...state.placed] : state.placed;
  const older: TimelineData = { ...state, error: null, loadingOlder: false, placed, atStart: state.atStart || !joins };
  return raiseMarks(older, marksOf(state.me, joins ? page : []));
}

/** The part of an ascending page that reaches its end without a hole. */
function contiguousEnd(messages: readonly RoomMessage[]): readonly RoomMessage[] {
  let start = messages.length - 1;
  while (start > 0 && messages[start - 1]?.seq === (messages[start]?.seq ?? 0) - 1) start -= 1;
  return start <= 0 ? messages : messages.slice(start);
}

function applyTyped(state: TimelineData, event: { userId: string; isTyping: boolean; until: number }): TimelineData {
  if (event.userId === state.me) return state;
  const others = state.typists.filter((typist) => typist.userId !== event.userId);
  if (!event.isTyping) return keepTypists(state, (typist) => typist.userId !== event.userId);
  return { ...state, typists: [...others, { userId: event.userId, until: event.until }].slice(-mostTypists) };
}

function keepTypists(state: TimelineData, isKept: (typist: { userId: string; until: number }) => boolean) {
  const typists = state.typists.filter(isKept);
  return typists.length === state.typists.length ? state : { ...state, typists };
}
