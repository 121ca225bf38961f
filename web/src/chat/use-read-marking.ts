import type { Timeline, TimelineState } from '@hallway/client';
import { type RefObject, useCallback, useEffect } from 'react';

/** So much of a message has to be seen: the whole of a short one, the first lines of a long one. */
const seenPixels = 40;

/** The highest number that is on the screen. What has no row (a void) counts as seen with the message before it. */
function findSeenSeq(scroller: HTMLElement, state: TimelineState): number {
  const edge = scroller.getBoundingClientRect().bottom;
  const elements = Array.from(scroller.querySelectorAll<HTMLElement>('[data-seq]'));
  const newest = state.messages.findLast((message) => message.seq !== null)?.seq ?? 0;
  if (elements.length === 0) return newest;
  for (let index = elements.length - 1; index >= 0; index -= 1) {
    const element = elements[index];
    if (element === undefined) continue;
    const box = element.getBoundingClientRect();
    if (box.top + Math.min(box.height, seenPixels) > edge + 1) continue;
    if (index === elements.length - 1) return newest;
    if (element.dataset.seq !== '') return Number(element.dataset.seq);
  }
  return 0;
}

/**
 * Tells the room what has been seen: only while the window can be seen, and only what has been on the screen.
 * Answers a function to call when something was scrolled.
 */
export function useReadMarking(
  scroller: RefObject<HTMLElement | null>,
  timeline: Timeline | null,
  state: TimelineState,
): () => void {
  const mark = useCallback(() => {
    if (timeline === null || scroller.current === null || document.visibilityState !== 'visible') return;
    const now = timeline.getSnapshot();
    if (now.status !== 'ready' || now.lastReadSeq >= now.lastSeq) return;
    const seen = findSeenSeq(scroller.current, now);
    if (seen > now.lastReadSeq) timeline.markRead(seen);
  }, [scroller, timeline]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new state may have brought a message into view.
  useEffect(() => {
    // After the frame, when the messages have been scrolled to where they stay.
    const frame = requestAnimationFrame(mark);
    return () => cancelAnimationFrame(frame);
  }, [mark, state]);
  useEffect(() => {
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [mark]);
  return mark;
}
