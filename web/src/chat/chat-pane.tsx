import type { Timeline, TimelineState } from '@hallway/client';
import type { ChatRoom, PublicUser } from '@hallway/contracts';
import { MessageCircle } from 'lucide-react';
import { type KeyboardEvent, lazy, Suspense, useCallback, useRef, useState } from 'react';
import { useConversations, useHallway, useMe } from '../client/hallway-context.ts';
import { touchPointer } from '../client/use-media.ts';
import { type MyRoom, useMyRoom } from '../client/use-my-room.ts';
import { useTimeline } from '../client/use-timeline.ts';
import { Button } from '../pieces/button.tsx';
import { EmptyState } from '../pieces/page.tsx';
import { MessagesSkeleton } from '../pieces/skeleton.tsx';
import { useDocumentTitle } from '../shell/use-document-title.ts';
import { otherParticipant, toRoomTitle, toShortName } from '../words/people.ts';
import { CannotWrite } from './cannot-write.tsx';
import { ChatHead } from './chat-head.tsx';
import { Composer, type ComposerControl } from './composer.tsx';
import { MessageList } from './message-list.tsx';
import type { RoomRights } from './message-rights.ts';
import { RoomFault, RoomLeft } from './room-fault.tsx';
import { TypingLine } from './typing-line.tsx';
import { type MessageTools, useMessageTools } from './use-message-tools.ts';
import { useUnreadLine } from './use-unread-line.ts';

const MessageOverlays = lazy(async () => ({ default: (await import('./message-overlays.tsx')).MessageOverlays }));
const RoomDialog = lazy(async () => ({ default: (await import('../rooms/room-dialog.tsx')).RoomDialog }));
const PersonDialog = lazy(async () => ({ default: (await import('../rooms/person-dialog.tsx')).PersonDialog }));

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

interface NothingYetProps extends RoomFacts {
  /** Null where I cannot write. */
  onHello: ((words: string) => void) | null;
}

function NothingYet({ title, partner, onHello }: NothingYetProps) {
  const whom = partner === null ? title : toShortName(partner.name);
  return (
    <div className="flex min-h-0 flex-1 items-center justify-center overflow-y-auto">
      <EmptyState
        icon={<MessageCircle className="size-8" />}
        title="No messages yet"
        advice={onHello === null ? 'Nothing was written here.' : `What you and ${whom} write appears here.`}
      >
        {onHello === null ? null : (
          <Button onClick={() => onHello(partner === null ? 'Hello everyone!' : `Hello ${whom}!`)}>
            Say hello to {whom}
          </Button>
        )}
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

/** Until the server has said what I may do, I may write, and change what is mine: nearly always that is so. */
function toRights({ me, refusal }: MyRoom, room: ChatRoom | null): RoomRights {
  return {
    canWrite: me?.canWrite ?? true,
    canModerate: me?.canModerate ?? false,
    readOnly: refusal?.reason === 'READ_ONLY' && room?.type !== 'direct',
  };
}

interface DetailsProps extends RoomFacts {
  mine: MyRoom;
  onClose: () => void;
}

function Details({ room, partner, mine, onClose }: DetailsProps) {
  if (room === null) return null;
  if (partner === null) return <RoomDialog room={room} mine={mine} onClose={onClose} />;
  return <PersonDialog person={partner} mine={mine} onClose={onClose} />;
}

/** The room is not there for me: never was, or no longer. */
function isLost({ status, error, messages }: TimelineState): boolean {
  return status === 'failed' && (error?.code === 'NOT_FOUND' || messages.length === 0);
}

/** What stands where the conversation would, when there is none for me. */
function Lost({ state, title, onRetry }: { state: TimelineState; title: string; onRetry: () => void }) {
  if (state.error === null) return null;
  const left = state.chatRoom !== null && state.error.code === 'NOT_FOUND';
  return left ? <RoomLeft title={title} /> : <RoomFault fault={state.error} onRetry={onRetry} />;
}

interface BodyProps extends RoomFacts {
  timeline: Timeline | null;
  state: TimelineState;
  unreadLine: number | null;
  tools: MessageTools;
  onEditEnd: () => void;
  onHello: ((words: string) => void) | null;
}

function Body({ onHello, timeline, ...props }: BodyProps) {
  const { state } = props;
  if (timeline !== null && state.messages.length > 0) return <MessageList {...props} timeline={timeline} />;
  if (state.status === 'ready') return <NothingYet {...props} onHello={onHello} />;
  return (
    <div className="min-h-0 flex-1 overflow-hidden">
      <MessagesSkeleton />
    </div>
  );
}

/** The names of those who type, as far as they are known. */
function useTypists(state: TimelineState, partner: PublicUser | null): string[] {
  const client = useHallway();
  return state.typing.map((id) => toShortName(client.person(id)?.name ?? partner?.name ?? 'Somebody'));
}

export function ChatPane({ chatRoomId, onRetry }: ChatPaneProps) {
  const { timeline, state } = useTimeline(chatRoomId);
  const facts = useRoomFacts(chatRoomId, state);
  const unread = useUnreadLine(timeline, state);
  const mine = useMyRoom(chatRoomId, state);
  const tools = useMessageTools(timeline, toRights(mine, facts.room));
  const [details, setDetails] = useState(false);
  const composer = useRef<ComposerControl>(null);
  const { room, title, partner } = facts;
  const typing = useTypists(state, partner);
  const { close } = tools;
  const onEditEnd = useCallback(() => {
    close('edit');
    if (!matchMedia(touchPointer).matches) composer.current?.focus();
  }, [close]);
  useDocumentTitle(title);
  if (isLost(state)) return <Lost state={state} title={title} onRetry={onRetry} />;
  const onHello = mine.refusal === null ? (words: string) => composer.current?.suggest(words) : null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is a short cut; what it does has other ways too.
    <div onKeyDown={leaveOnEscape} className="safe-foot flex h-full flex-col">
      <ChatHead {...facts} onDetails={() => setDetails(true)} />
      <Body {...facts} {...{ timeline, state, tools, onEditEnd, onHello }} unreadLine={unread.line} />
      <TypingLine names={typing} />
      {mine.refusal !== null && room !== null ? (
        <CannotWrite room={room} refusal={mine.refusal} partner={partner} onUnblocked={mine.reload} />
      ) : (
        <Composer
          chatRoomId={chatRoomId}
          title={title}
          timeline={timeline}
          onSent={unread.clear}
          onEditLast={tools.editLast}
          control={composer}
        />
      )}
      <Suspense fallback={null}>
        {tools.open === null || tools.open.what === 'edit' ? null : <MessageOverlays tools={tools} />}
        {details ? <Details {...facts} mine={mine} onClose={() => setDetails(false)} /> : null}
      </Suspense>
    </div>
  );
}
