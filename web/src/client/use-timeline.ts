import type { Timeline, TimelineState } from '@hallway/client';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useHallway } from './hallway-context.ts';

const opening: TimelineState = {
  status: 'loading',
  error: null,
  chatRoom: null,
  messages: [],
  hasOlder: false,
  loadingOlder: false,
  lastSeq: 0,
  lastReadSeq: 0,
  typing: [],
};

const neverChanges = () => () => {};

/** Opens a room while the caller is on the screen. `timeline` is null during the first frame. */
export function useTimeline(chatRoomId: string): { timeline: Timeline | null; state: TimelineState } {
  const client = useHallway();
  const [timeline, setTimeline] = useState<Timeline | null>(null);
  useEffect(() => {
    const opened = client.openTimeline(chatRoomId);
    setTimeline(opened);
    return () => {
      setTimeline(null);
      opened.close();
    };
  }, [client, chatRoomId]);
  const state = useSyncExternalStore(
    timeline ? (listener) => timeline.subscribe(listener) : neverChanges,
    () => timeline?.getSnapshot() ?? opening,
  );
  return { timeline, state };
}
