import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { TimelineRow } from './timeline-rows.ts';

/** So close to the end counts as being there: half a line, and the rounding of zoomed pages. */
const bottomSlack = 32;
/** Older messages are asked for before the reader arrives at the top. */
const olderAhead = 600;
/** Space left above the unread line when a room opens there. */
const unreadMargin = 48;

interface ScrollOptions {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  rows: readonly TimelineRow[];
  hasOlder: boolean;
  onNearTop: () => void;
}

interface Anchor {
  firstKey: string;
  lastKey: string;
  /** Where the first message stood in the content. */
  firstTop: number;
}

type MessageRow = Extract<TimelineRow, { message: unknown }>;

interface Ends {
  first: MessageRow;
  last: MessageRow;
}

function hasMessage(row: TimelineRow): row is MessageRow {
  return 'message' in row;
}

/** The first and last row that is a message: headings come and go with what is around them. */
function findEnds(rows: readonly TimelineRow[]): Ends | null {
  const first = rows.find(hasMessage);
  const last = rows.findLast(hasMessage);
  return first === undefined || last === undefined ? null : { first, last };
}

/** Where a row stands in the content, in fractions of a pixel: whole ones would add up to a jump. */
function findTop(content: HTMLElement, key: string): number | null {
  const row = content.querySelector(`[data-key="${CSS.escape(key)}"]`);
  return row === null ? null : row.getBoundingClientRect().top - content.getBoundingClientRect().top;
}

function toAnchor(content: HTMLElement, { first, last }: Ends): Anchor {
  return { firstKey: first.key, lastKey: last.key, firstTop: findTop(content, first.key) ?? 0 };
}

function toBottom(element: HTMLElement): void {
  element.scrollTop = element.scrollHeight;
}

function isAtBottom(element: HTMLElement): boolean {
  return element.scrollHeight - element.scrollTop - element.clientHeight <= bottomSlack;
}

/** The end of the conversation, or the unread line where that would have scrolled out of sight. */
function placeFirst(element: HTMLElement, content: HTMLElement): void {
  toBottom(element);
  const line = content.querySelector<HTMLElement>('[data-unread-line]');
  if (line !== null && line.offsetTop - unreadMargin < element.scrollTop) {
    element.scrollTop = line.offsetTop - unreadMargin;
  }
}

/** Older messages came on top: what was being read stays where it was. */
function keepPlace(
  element: HTMLElement,
  content: HTMLElement,
  { before, firstKey }: { before: Anchor; firstKey: string },
) {
  if (before.firstKey === firstKey) return;
  const top = findTop(content, before.firstKey);
  if (top !== null) element.scrollTop += top - before.firstTop;
}

interface Placing {
  before: Anchor | null;
  ends: Ends;
  sticking: boolean;
}

/** Scrolls to where the new rows belong. Answers whether something new is left out of sight below. */
function placeRows(element: HTMLElement, content: HTMLElement, { before, ends, sticking }: Placing): boolean {
  if (before === null) {
    placeFirst(element, content);
    return false;
  }
  keepPlace(element, content, { before, firstKey: ends.first.key });
  const grew = before.lastKey !== ends.last.key;
  if (!sticking && !(grew && ends.last.message.mine)) return grew;
  toBottom(element);
  return false;
}

/**
 * Where the messages are scrolled to. At the end they stick to it; elsewhere nothing that arrives moves what is read,
 * also when older messages are put on top. The browser's own anchoring is off, because not every browser has it.
 */
export function useMessageScroll({ scroller, content, rows, hasOlder, onNearTop }: ScrollOptions) {
  const sticking = useRef(true);
  // Only a scroll upwards lets go of the end: a scroll event may also report a view that has just become smaller.
  const lastTop = useRef(0);
  const anchor = useRef<Anchor | null>(null);
  // Nobody sees a hidden window: what comes there must not scroll past unseen, or it would count as read.
  const unseen = useRef(document.visibilityState === 'hidden');
  const [returns, setReturns] = useState(0);
  const [away, setAway] = useState(false);
  const [newBelow, setNewBelow] = useState(false);

  const settle = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const raised = element.scrollTop < lastTop.current;
    lastTop.current = element.scrollTop;
    if (isAtBottom(element)) sticking.current = true;
    else if (raised) sticking.current = false;
    setAway(!sticking.current);
    if (sticking.current) setNewBelow(false);
    if (hasOlder && element.scrollTop < olderAhead) onNearTop();
  }, [scroller, hasOlder, onNearTop]);

  const jumpToEnd = useCallback(() => {
    if (scroller.current !== null) toBottom(scroller.current);
    settle();
  }, [scroller, settle]);

  useLayoutEffect(() => {
    const element = scroller.current;
    const inside = content.current;
    const ends = findEnds(rows);
    if (element === null || inside === null || ends === null) return;
    const follows = sticking.current && !unseen.current;
    if (placeRows(element, inside, { before: anchor.current, ends, sticking: follows })) setNewBelow(true);
    if (anchor.current === null) sticking.current = isAtBottom(element);
    anchor.current = toAnchor(inside, ends);
    settle();
  }, [rows, scroller, content, settle]);

  useEffect(() => {
    const element = scroller.current;
    const inside = content.current;
    if (element === null || inside === null) return;
    // A taller composer, a phone's keyboard, a wider window: whoever was at the end stays there.
    const observer = new ResizeObserver(() => {
      if (sticking.current && !unseen.current) toBottom(element);
      const held = anchor.current;
      if (held !== null) held.firstTop = findTop(inside, held.firstKey) ?? held.firstTop;
    });
    observer.observe(element);
    observer.observe(inside);
    return () => observer.disconnect();
  }, [scroller, content]);

  useEffect(() => {
    const onVisibility = () => {
      if (document.visibilityState === 'hidden') unseen.current = true;
      else setReturns((count) => count + 1);
    };
    document.addEventListener('visibilitychange', onVisibility);
    return () => document.removeEventListener('visibilitychange', onVisibility);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: coming back to the window is what this waits for.
  useLayoutEffect(() => {
    const element = scroller.current;
    const inside = content.current;
    if (returns === 0 || element === null || inside === null) return;
    unseen.current = false;
    if (sticking.current) placeFirst(element, inside);
    sticking.current = isAtBottom(element);
    settle();
  }, [returns]);

  return { away, newBelow, onScroll: settle, jumpToEnd };
}
