import type { Conversation } from '@hallway/contracts';
import { SquarePen } from 'lucide-react';
import { useState } from 'react';
import { useConversations, useIsOnline, useMe } from '../client/hallway-context.ts';
import { useNow } from '../client/use-now.ts';
import { useWatchedPresence } from '../client/use-watched-presence.ts';
import { IconButton } from '../pieces/button.tsx';
import { FaultNotice } from '../pieces/fault-notice.tsx';
import { RowsSkeleton } from '../pieces/skeleton.tsx';
import { usePeopleSearch } from '../shell/people-search-context.ts';
import { ConversationRow } from './conversation-row.tsx';
import { moveFocus } from './move-focus.ts';
import { ReachablePeople } from './reachable-people.tsx';
import { useSettledOrder } from './use-settled-order.ts';

type Filter = 'all' | 'unread' | 'courses';

const filterWords: Record<Filter, string> = { all: 'All', unread: 'Unread', courses: 'Courses' };

const isCourseRoom = ({ chatRoom }: Conversation) => chatRoom.type === 'course' || chatRoom.type === 'announcement';

/** What a filter shows. The open conversation stays: it would vanish under its reader by being read. */
function isShown(filter: Filter, conversation: Conversation, openRoomId: string | undefined): boolean {
  if (filter === 'unread') return conversation.unread > 0 || conversation.chatRoom.id === openRoomId;
  return filter === 'all' || isCourseRoom(conversation);
}

function FilterBar({ filter, filters, onPick }: { filter: Filter; filters: Filter[]; onPick: (next: Filter) => void }) {
  return (
    <fieldset className="flex gap-1 px-4 pb-2">
      <legend className="sr-only">Show</legend>
      {filters.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={filter === each}
          onClick={() => onPick(each)}
          className={`min-h-8 touch:min-h-11 rounded-full px-4 text-small font-medium ${filter === each ? 'bg-chosen text-ink' : 'text-ink-soft hover:bg-hover'}`}
        >
          {filterWords[each]}
        </button>
      ))}
    </fieldset>
  );
}

function ListHead() {
  const search = usePeopleSearch();
  const combination = /Mac|iP(?:hone|ad)/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K';
  return (
    <div className="flex items-center gap-2 px-4 pt-3 pb-2">
      <h1 className="text-heading font-semibold">Messages</h1>
      <kbd className="ml-auto font-sans text-small text-ink-soft max-desktop:hidden">{combination}</kbd>
      <IconButton
        label="New conversation"
        aria-keyshortcuts="Control+K Meta+K"
        icon={<SquarePen aria-hidden="true" className="size-5" />}
        onClick={search.open}
        className="max-desktop:ml-auto"
      />
    </div>
  );
}

interface RowsProps {
  conversations: Conversation[];
  openRoomId: string | undefined;
}

function Rows({ conversations, openRoomId }: RowsProps) {
  const me = useMe();
  const now = useNow();
  const isOnline = useIsOnline();
  const { ordered, pointer } = useSettledOrder(conversations);
  useWatchedPresence(conversations.flatMap((conversation) => conversation.with?.id ?? []));
  return (
    <ul aria-label="Conversations" {...pointer} onKeyDown={(event) => moveFocus(event, 'a')}>
      {ordered.map((conversation) => (
        <ConversationRow
          key={conversation.chatRoom.id}
          conversation={conversation}
          myId={me.id}
          now={now}
          online={conversation.with === null ? undefined : isOnline(conversation.with.id)}
          open={conversation.chatRoom.id === openRoomId}
        />
      ))}
    </ul>
  );
}

export function ConversationList({ openRoomId }: { openRoomId: string | undefined }) {
  const { status, error, conversations } = useConversations();
  const [filter, setFilter] = useState<Filter>('all');
  const filters: Filter[] = conversations.some(isCourseRoom) ? ['all', 'unread', 'courses'] : ['all', 'unread'];
  const shown = conversations.filter((conversation) => isShown(filter, conversation, openRoomId));
  return (
    <div className="flex h-full flex-col">
      <ListHead />
      <FilterBar filter={filter} filters={filters} onPick={setFilter} />
      <div className="min-h-0 flex-1 overflow-y-auto pb-4">
        {status === 'loading' ? <RowsSkeleton label="Loading conversations" /> : null}
        {status === 'failed' && error !== null && conversations.length === 0 ? (
          <FaultNotice fault={error} onRetry={() => location.reload()} />
        ) : null}
        <Rows conversations={shown} openRoomId={openRoomId} />
        {filter !== 'all' && status === 'ready' && shown.length === 0 ? (
          <p className="px-4 py-8 text-center text-ink-soft">
            {filter === 'unread' ? 'Everything is read.' : 'Rooms of your courses appear here.'}
          </p>
        ) : null}
        {filter === 'all' && status === 'ready' ? <ReachablePeople conversations={conversations} /> : null}
      </div>
    </div>
  );
}
