import type { Timeline, TimelineState } from '@hallway/client';
import { useEffect, useState } from 'react';

function unreadFrom(state: TimelineState): number | null {
  return state.lastReadSeq < state.lastSeq ? state.lastReadSeq : null;
}

/**
 * The read mark to draw the unread line at: as it was when the room was opened, or when the window was looked at
 * again. Reading does not move it under the reader's eyes; writing an answer takes it away.
 */
export function useUnreadLine(timeline: Timeline | null, state: TimelineState) {
  const [line, setLine] = useState<number | null>(null);
  const [opened, setOpened] = useState(false);
  if (!opened && state.status === 'ready') {
    setOpened(true);
    setLine(unreadFrom(state));
  }
  useEffect(() => {
    if (timeline === null) return;
    const onVisibility = () => {
      const from = unreadFrom(timeline.getSnapshot());
      if (document.visibilityState === 'visible' && from !== null) setLine(from);
    };
    // Before the one that marks as read: capture comes first on the same target.
    document.addEventListener('visibilitychange', onVisibility, { capture: true });
    return () => document.removeEventListener('visibilitychange', onVisibility, { capture: true });
  }, [timeline]);
  return { line, clear: () => setLine(null) };
}
