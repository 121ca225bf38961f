import type { Timeline, TimelineMessage, TimelineState } from '@hallway/client';
import type { PublicUser } from '@hallway/contracts';
import { ArrowDown } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { useNow } from '../client/use-now.ts';
import { moveFocus } from '../messages/move-focus.ts';
import { Button } from '../pieces/button.tsx';
import { toDayHeading } from '../words/times.ts';
import { findMessageActions } from './message-rights.ts';
import { MessageRow } from './message-row.tsx';
import { type TimelineRow, toTimelineRows } from './timeline-rows.ts';
import { useMessageScroll } from './use-message-scroll.ts';
import type { MessageTools } from './use-message-tools.ts';
import { useReadMarking } from './use-read-marking.ts';

interface MessageListProps {
  timeline: Timeline;
  state: TimelineState;
  title: string;
  /** The other person of a direct room; null in rooms of many. */
  partner: PublicUser | null;
  unreadLine: number | null;
  tools: MessageTools;
  /** Called when a message is no longer edited, saved or not. */
  onEditEnd: () => void;
}

function DayHeading({ createdAt, now }: { createdAt: string; now: Date }) {
  return (
    <h3 className="my-4 text-center text-small font-medium text-ink-soft">
      <time dateTime={createdAt}>{toDayHeading(createdAt, now)}</time>
    </h3>
  );
}

function UnreadLine() {
  return (
    <p
      data-unread-line=""
      className="my-3 flex items-center gap-3 text-small font-semibold text-accent before:h-px before:flex-1 before:bg-accent after:h-px after:flex-1 after:bg-accent"
    >
      New
    </p>
  );
}

interface RowProps {
  row: TimelineRow;
  now: Date;
  timeline: Timeline;
  partner: PublicUser | null;
  nameOf: (userId: string) => string;
  tools: MessageTools;
  onEditEnd: () => void;
}

/** Whether the message stands there as a field. What was deleted meanwhile has nothing left to edit. */
function isEdited({ key, stored }: TimelineMessage, { open }: MessageTools): boolean {
  return open?.what === 'edit' && open.message.key === key && stored?.deletedAt === undefined;
}

function Row({ row, now, timeline, partner, nameOf, tools, onEditEnd }: RowProps) {
  switch (row.kind) {
    case 'day':
      return <DayHeading createdAt={row.createdAt} now={now} />;
    case 'unread':
      return <UnreadLine />;
    case 'notice':
      return (
        <p
          data-key={row.key}
          data-seq={row.message.seq ?? ''}
          dir="auto"
          className="my-3 text-center text-small text-ink-soft"
        >
          {row.message.content}
        </p>
      );
    case 'message':
      return (
        <MessageRow
          message={row.message}
          startsGroup={row.startsGroup}
          endsGroup={row.endsGroup}
          senderName={nameOf(row.message.senderId)}
          partnerName={partner?.name ?? null}
          timeline={timeline}
          onMenu={findMessageActions(row.message, tools.rights).length > 0 ? tools.openMenu : null}
          onEditEnd={isEdited(row.message, tools) ? onEditEnd : null}
        />
      );
  }
}

/** The place of older messages keeps its height, so that what is read does not move when they arrive. */
function OlderSlot({ state, failed, onRetry }: { state: TimelineState; failed: boolean; onRetry: () => void }) {
  if (!state.hasOlder) return null;
  return (
    <div className="flex h-12 items-center justify-center text-small text-ink-soft">
      {failed && !state.loadingOlder ? (
        <>
          Older messages didn’t load.
          <Button look="quiet" onClick={onRetry}>
            Try again
          </Button>
        </>
      ) : (
        'Loading older messages…'
      )}
    </div>
  );
}

function useOlder(timeline: Timeline) {
  const [failed, setFailed] = useState(false);
  const load = useCallback(() => {
    if (timeline.getSnapshot().loadingOlder) return;
    setFailed(false);
    timeline.loadOlder().catch(() => setFailed(true));
  }, [timeline]);
  const loadUnlessFailed = useCallback(() => {
    if (!failed) load();
  }, [failed, load]);
  return { failed, load, loadUnlessFailed };
}

export function MessageList(props: MessageListProps) {
  const { timeline, state, title, partner, unreadLine, tools, onEditEnd } = props;
  const client = useHallway();
  const now = useNow();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => toTimelineRows(state.messages, unreadLine), [state.messages, unreadLine]);
  const older = useOlder(timeline);
  const scroll = useMessageScroll({
    scroller,
    content,
    rows,
    hasOlder: state.hasOlder,
    onNearTop: older.loadUnlessFailed,
  });
  const mark = useReadMarking(scroller, timeline, state);
  const participants = state.chatRoom?.participants ?? [];
  const nameOf = (userId: string) =>
    (participants.find((person) => person.id === userId) ?? client.person(userId))?.name ?? 'Somebody';
  const onScroll = () => {
    scroll.onScroll();
    mark();
  };
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="log"
        aria-live="polite"
        aria-relevant="additions"
        aria-busy={state.loadingOlder}
        aria-label={`Messages with ${title}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard.
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={(event) => {
          if (document.activeElement !== scroller.current) moveFocus(event, '[data-testid="message"]');
          else if (event.key === 'ArrowUp') focusLast(event.currentTarget);
        }}
        className="ring-inside h-full overflow-x-hidden overflow-y-auto overscroll-contain [overflow-anchor:none]"
      >
        <div ref={content} className="relative flex min-h-full flex-col justify-end px-4 pt-2 pb-1">
          <OlderSlot state={state} failed={older.failed} onRetry={older.load} />
          {rows.map((row) => (
            <Row key={row.key} {...{ row, now, timeline, partner, nameOf, tools, onEditEnd }} />
          ))}
        </div>
      </div>
      {scroll.away ? (
        <button
          type="button"
          onClick={scroll.jumpToEnd}
          className="absolute bottom-3 left-1/2 inline-flex min-h-9 touch:min-h-11 -translate-x-1/2 animate-appear whitespace-nowrap items-center gap-2 rounded-full bg-raised px-4 text-small font-medium text-accent shadow-float"
        >
          <ArrowDown aria-hidden="true" className="size-4" />
          {scroll.newBelow ? 'New messages' : 'Latest messages'}
        </button>
      ) : null}
    </div>
  );
}

/** From the log as a whole, the arrow goes into it at the newest message. */
function focusLast(log: HTMLElement): void {
  const messages = log.querySelectorAll<HTMLElement>('[data-testid="message"]');
  messages[messages.length - 1]?.focus();
}
