import type { Conversation } from '@hallway/contracts';
import { CheckCheck } from 'lucide-react';
import { Link } from 'react-router';
import { useConversations, useIsOnline, useMe } from '../client/hallway-context.ts';
import { useNow } from '../client/use-now.ts';
import { useWatchedPresence } from '../client/use-watched-presence.ts';
import { ChildrenCards } from '../courses/children-cards.tsx';
import { CourseCards } from '../courses/course-cards.tsx';
import { ConversationRow } from '../messages/conversation-row.tsx';
import { Button } from '../pieces/button.tsx';
import { FaultNotice } from '../pieces/fault-notice.tsx';
import { Card, Page, Section } from '../pieces/page.tsx';
import { RowsSkeleton } from '../pieces/skeleton.tsx';
import { usePeopleSearch } from '../shell/people-search-context.ts';
import { counted, toShortName } from '../words/people.ts';
import { toGreeting } from '../words/times.ts';

/** As many as fit beside the courses; the list has them all. */
const mostShown = 5;

function UnreadRows({ conversations }: { conversations: Conversation[] }) {
  const me = useMe();
  const now = useNow();
  const isOnline = useIsOnline();
  useWatchedPresence(conversations.flatMap((conversation) => conversation.with?.id ?? []));
  return (
    <ul aria-label="Unread conversations" className="py-1">
      {conversations.map((conversation) => (
        <ConversationRow
          key={conversation.chatRoom.id}
          conversation={conversation}
          myId={me.id}
          now={now}
          online={conversation.with === null ? undefined : isOnline(conversation.with.id)}
          open={false}
        />
      ))}
    </ul>
  );
}

function AllRead({ someExist }: { someExist: boolean }) {
  const search = usePeopleSearch();
  return (
    <div className="flex flex-wrap items-center gap-3 p-4">
      <CheckCheck aria-hidden="true" className="size-5 text-ink-faint" />
      <p className="mr-auto text-ink-soft">
        {someExist ? 'You have read everything.' : 'Nobody has written yet. You can write first.'}
      </p>
      <Button onClick={search.open}>Write to somebody</Button>
    </div>
  );
}

function Unread() {
  const { status, error, conversations } = useConversations();
  const unread = conversations.filter((conversation) => conversation.unread > 0);
  const all = (
    <Link
      to="/messages"
      className="inline-flex min-h-9 touch:min-h-11 items-center font-medium text-accent hover:underline"
    >
      All messages
    </Link>
  );
  return (
    <Section title={unread.length > 0 ? `Unread in ${counted(unread.length, 'conversation')}` : 'Unread'} action={all}>
      <Card>
        {status === 'failed' && error !== null && conversations.length === 0 ? (
          <FaultNotice fault={error} onRetry={() => location.reload()} />
        ) : null}
        {status === 'loading' && conversations.length === 0 ? (
          <RowsSkeleton rows={2} label="Loading conversations" />
        ) : null}
        {unread.length > 0 ? <UnreadRows conversations={unread.slice(0, mostShown)} /> : null}
        {status === 'ready' && unread.length === 0 ? <AllRead someExist={conversations.length > 0} /> : null}
      </Card>
    </Section>
  );
}

export function DashboardPage() {
  const me = useMe();
  const now = useNow();
  const isParent = me.role === 'parent';
  return (
    <Page title={`${toGreeting(now)}, ${toShortName(me.name)}`} documentTitle="Dashboard">
      <Unread />
      <Section title={isParent ? 'My children' : 'My courses'}>
        {isParent ? <ChildrenCards /> : <CourseCards />}
      </Section>
    </Page>
  );
}
