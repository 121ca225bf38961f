import type { TimelineState } from '@hallway/client';
import type { ChatRoom, PublicUser } from '@hallway/contracts';
import { MessageCircle } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import { useConversations, useHallway, useMe } from '../client/hallway-context.ts';
import { useTimeline } from '../client/use-timeline.ts';
import { Button } from '../pieces/button.tsx';
import { EmptyState } from '../pieces/page.tsx';
import { MessagesSkeleton } from '../pieces/skeleton.tsx';
import { useDocumentTitle } from '../shell/use-document-title.ts';
import { otherParticipant, toRoomTitle, toShortName } from '../words/people.ts';
import { ChatHead } from './chat-head.tsx';
import { Composer, type ComposerControl } from './composer.tsx';
import { MessageList } from './message-list.tsx';
import { RoomFault } from './room-fault.tsx';
import { TypingLine } from './typing-line.tsx';
import { useUnreadLine } from './use-unread-line.ts';

interface RoomFacts {
  room: ChatRoom | null;
  title: string;
  partner: PublicUser | null;
}

/** The room as it answers itself, or as the list of conversations knows it meanwhile. */
function useRoomFacts(chatRoomId: string, state: TimelineState): RoomFacts {
  const me = useMe();
  const { conversations } = useConversations();
  const listed = conversations.find((conversation) => conversation.chatRoom.id === chatRoomId);
  const room = state.chatRoom ?? listed?.chatRoom ?? null;
  if (room === null) return { room, title: 'Conversation', partner: null };
  const partner = otherParticipant(room, me.id) ?? listed?.with ?? null;
  return { room, title: room.title ?? partner?.name ?? toRoomTitle(room, me.id), partner };
}

function NothingYet({ title, partner, onHello }: RoomFacts & { onHello: (words: string) => void }) {
  const whom = partner === null ? title : toShortName(partner.name);
  return (
    <div className="flex min-h-0 flex-1 items-center justify-center overflow-y-auto">
      <EmptyState
        icon={<MessageCircle className="size-8" />}
        title="No messages yet"
        advice={`What you and ${whom} write appears here.`}
      >
        <Button onClick={() => onHello(partner === null ? 'Hello everyone!' : `Hello ${whom}!`)}>
          Say hello to {whom}
        </Button>
      </EmptyState>
    </div>
  );
}

/** Escape leaves the conversation for the list beside it, at the row that is open. */
function leaveOnEscape(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
  const list = document.querySelector('[aria-label="Conversations"]');
  const row = list?.querySelector<HTMLElement>('[aria-current="page"]') ?? list?.querySelector<HTMLElement>('a');
  row?.focus();
}

interface ChatPaneProps {
  chatRoomId: string;
  /** Opens the room again from the start. */
  onRetry: () => void;
}

export function ChatPane({ chatRoomId, onRetry }: ChatPaneProps) {
  const client = useHallway();
  const { timeline, state } = useTimeline(chatRoomId);
  const facts = useRoomFacts(chatRoomId, state);
  const unread = useUnreadLine(timeline, state);
  const composer = useRef<ComposerControl>(null);
  useDocumentTitle(facts.title);
  const nothing = state.messages.length === 0;
  if (state.status === 'failed' && state.error !== null && nothing) {
    return <RoomFault fault={state.error} onRetry={onRetry} />;
  }

  const typing = state.typing.map((id) => toShortName(client.person(id)?.name ?? facts.partner?.name ?? 'Somebody'));
  let body: ReactNode = null;
  if (timeline !== null && !nothing) {
    const { title, partner } = facts;
    body = <MessageList timeline={timeline} state={state} title={title} partner={partner} unreadLine={unread.line} />;
  } else if (state.status === 'ready') {
    body = <NothingYet {...facts} onHello={(words) => composer.current?.suggest(words)} />;
  } else {
    body = (
      <div className="min-h-0 flex-1 overflow-hidden">
        <MessagesSkeleton />
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is a short cut; what it does has other ways too.
    <div onKeyDown={leaveOnEscape} className="safe-foot flex h-full flex-col">
      <ChatHead {...facts} />
      {body}
      <TypingLine names={typing} />
      <Composer
        chatRoomId={chatRoomId}
        title={facts.title}
        timeline={timeline}
        onSent={unread.clear}
        control={composer}
      />
    </div>
  );
}
