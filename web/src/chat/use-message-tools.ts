import type { Timeline, TimelineMessage } from '@hallway/client';
import { useCallback, useState } from 'react';
import { findLastEditable, type RoomRights } from './message-rights.ts';

/** What is open on one message at a time. */
export type OpenTool =
  | { what: 'menu'; message: TimelineMessage; anchor: DOMRect }
  | { what: 'edit'; message: TimelineMessage }
  | { what: 'delete'; message: TimelineMessage };

/** The menu of a message, its editor, and the question before it is deleted. */
export function useMessageTools(timeline: Timeline | null, rights: RoomRights) {
  const [open, setOpen] = useState<OpenTool | null>(null);
  const openMenu = useCallback(
    (message: TimelineMessage, anchor: DOMRect) => setOpen({ what: 'menu', message, anchor }),
    [],
  );
  // A menu closes after what was picked in it has opened already.
  const close = useCallback((what: OpenTool['what']) => setOpen((last) => (last?.what === what ? null : last)), []);
  const editLast = () => {
    const message = timeline === null ? null : findLastEditable(timeline.getSnapshot().messages, rights);
    if (message !== null) setOpen({ what: 'edit', message });
  };
  return { open, setOpen, openMenu, close, editLast, rights };
}

export type MessageTools = ReturnType<typeof useMessageTools>;
