import type { Conversation } from '@hallway/contracts';
import { CheckCheck } from 'lucide-react';
import { memo } from 'react';
import { NavLink } from 'react-router';
import { useDraft } from '../chat/drafts.ts';
import { useHallway } from '../client/hallway-context.ts';
import { Avatar } from '../pieces/avatar.tsx';
import { UnreadPill } from '../pieces/unread-pill.tsx';
import { toRoomPath } from '../words/paths.ts';
import { toRoomTitle } from '../words/people.ts';
import { toFullTime, toListTime } from '../words/times.ts';
import { toPreview } from './conversation-preview.ts';

interface ConversationRowProps {
  conversation: Conversation;
  myId: string;
  now: Date;
  /** Undefined where presence is unknown or says nothing. */
  online: boolean | undefined;
  /** Whether this room is the one on the screen. */
  open: boolean;
}

export const rowShape =
  'ring-inside flex items-center gap-3 px-4 py-2.5 desktop:mx-2 desktop:rounded-control desktop:px-2';

/** The second line: a draft of mine before what was said last. */
function LastLine({ conversation, myId, open }: Pick<ConversationRowProps, 'conversation' | 'myId' | 'open'>) {
  const client = useHallway();
  const draft = useDraft(myId, conversation.chatRoom.id);
  const last = conversation.lastMessage;
  const unread = conversation.unread > 0;
  if (draft !== '' && !open) {
    return (
      <span className="truncate">
        <span className="font-medium text-bad">Draft: </span>
        <bdi>{draft}</bdi>
      </span>
    );
  }
  const read = last !== null && last.senderId === myId && last.isRead && conversation.chatRoom.type === 'direct';
  return (
    <>
      <span className={`truncate ${unread ? 'font-medium text-ink' : ''}`}>
        <bdi>{toPreview(conversation, myId, (id) => client.person(id))}</bdi>
      </span>
      {read ? (
        <>
          <CheckCheck aria-hidden="true" className="size-4 shrink-0 text-accent" />
          <span className="sr-only">Read</span>
        </>
      ) : null}
    </>
  );
}

export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { conversation, myId, now, online, open } = props;
  const { chatRoom, unread, lastActivityAt } = conversation;
  const title = conversation.with?.name ?? toRoomTitle(chatRoom, myId);
  const many = chatRoom.type !== 'direct';
  return (
    <li>
      <NavLink
        to={toRoomPath(chatRoom.id)}
        aria-current={open ? 'page' : undefined}
        className={`${rowShape} ${open ? 'bg-chosen' : 'hover:bg-hover'}`}
      >
        <Avatar id={conversation.with?.id ?? chatRoom.id} name={title} many={many} online={online} />
        <span className="flex min-w-0 flex-1 flex-col">
          <span className="flex items-baseline gap-2">
            <span className={`truncate ${unread > 0 ? 'font-semibold' : 'font-medium'}`}>{title}</span>
            {online === undefined ? null : <span className="sr-only">{online ? 'online' : 'offline'}</span>}
            <time
              dateTime={lastActivityAt}
              title={toFullTime(lastActivityAt)}
              className="ml-auto shrink-0 text-small text-ink-soft tabular-nums"
            >
              {toListTime(lastActivityAt, now)}
            </time>
          </span>
          <span className="flex items-center gap-2 text-small text-ink-soft">
            <LastLine conversation={conversation} myId={myId} open={open} />
            <span className="ml-auto">
              <UnreadPill count={unread} />
            </span>
          </span>
        </span>
      </NavLink>
    </li>
  );
});
