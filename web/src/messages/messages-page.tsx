import type { CSSProperties } from 'react';
import { Outlet, useLocation, useParams } from 'react-router';
import { usePreferences } from '../settings/preferences.ts';
import { ConversationList } from './conversation-list.tsx';
import { ListResizer } from './list-resizer.tsx';

/** The list and the conversation: side by side where there is room, one at a time on a phone. */
export function MessagesPage() {
  const { chatRoomId } = useParams();
  const { listWidth } = usePreferences();
  const listAlone = useLocation().pathname.replace(/\/$/, '') === '/messages';
  return (
    <div className="flex h-full" style={{ '--list-width': `${listWidth}px` } as CSSProperties}>
      <div
        className={`relative min-w-0 shrink-0 border-line bg-surface tablet:w-70 tablet:border-r desktop:w-(--list-width) ${listAlone ? 'max-tablet:w-full' : 'max-tablet:hidden'}`}
      >
        <ConversationList openRoomId={chatRoomId} />
        <ListResizer />
      </div>
      <section aria-label="Conversation" className={`min-w-0 flex-1 ${listAlone ? 'max-tablet:hidden' : ''}`}>
        <Outlet />
      </section>
    </div>
  );
}
