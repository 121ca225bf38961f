import type { Timeline, TimelineMessage } from '@hallway/client';
import { CircleAlert, Ellipsis } from 'lucide-react';
import { type KeyboardEvent, lazy, memo, Suspense } from 'react';
import { Avatar } from '../pieces/avatar.tsx';
import { Button } from '../pieces/button.tsx';
import { RequestId } from '../pieces/fault-notice.tsx';
import { sendWords } from '../words/fault-words.ts';
import { toClock, toFullTime } from '../words/times.ts';
import { Bubble } from './message-words.tsx';
import { useLongPress } from './use-long-press.ts';

const MessageEditor = lazy(async () => ({ default: (await import('./message-editor.tsx')).MessageEditor }));

interface MessageRowProps {
  message: TimelineMessage;
  startsGroup: boolean;
  endsGroup: boolean;
  senderName: string;
  /** The other person of a direct room; null in rooms of many, which show who speaks. */
  partnerName: string | null;
  timeline: Timeline;
  /** Opens what can be done with the message; null where nothing can. */
  onMenu: ((message: TimelineMessage, anchor: DOMRect) => void) | null;
  /** Ends the editing of this message; null while it is not edited. */
  onEditEnd: (() => void) | null;
}

const onHover = 'opacity-0 group-hover:opacity-100 group-focus:opacity-100 group-focus-within:opacity-100';

/** Stands beside the bubble; its room is kept while it is hidden, so that nothing moves when it shows. */
function MessageTime({ createdAt, shown }: { createdAt: string; shown: boolean }) {
  return (
    <time
      dateTime={createdAt}
      title={toFullTime(createdAt)}
      className={`shrink-0 self-end pb-1 text-small text-ink-soft tabular-nums ${shown ? '' : onHover}`}
    >
      {toClock(createdAt)}
    </time>
  );
}

/**
 * For the mouse and for screen readers. Under a finger, which rests on the message instead, it takes no room. With the
 * keyboard it is Enter on the message: a stop at each would make the page endless.
 */
function MenuButton({ onPress }: { onPress: (button: HTMLElement) => void }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label="What to do with this message"
      title="What to do with this message"
      aria-haspopup="menu"
      onClick={(event) => onPress(event.currentTarget)}
      className={`-mx-1 inline-flex size-7 shrink-0 items-center justify-center self-end rounded-control text-ink-soft hover:bg-hover hover:text-ink touch:sr-only ${onHover}`}
    >
      <Ellipsis aria-hidden="true" className="size-4" />
    </button>
  );
}

function Failure({ message, partnerName, timeline }: MessageRowProps) {
  const { delivery, clientMessageId } = message;
  if (delivery.status !== 'failed') return null;
  return (
    <div role="alert" className="mt-1 flex max-w-[min(68ch,84%)] flex-col items-end text-small">
      <p className="flex gap-1.5 text-bad">
        <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
        {sendWords(delivery.error, partnerName)}
      </p>
      <span className="flex gap-1">
        <Button look="quiet" onClick={() => timeline.retry(clientMessageId)}>
          Try again
        </Button>
        <Button look="quiet" onClick={() => timeline.discard(clientMessageId)}>
          Discard
        </Button>
      </span>
      <RequestId fault={delivery.error} />
    </div>
  );
}

function SpeakerName({ name }: { name: string }) {
  return (
    <p aria-hidden="true" className="mb-1 ml-9 text-small font-medium text-ink-soft">
      {name}
    </p>
  );
}

/** What stands in a row: the bubble with its time and menu, or the field that changes it. */
function Standing(props: MessageRowProps & { press: ((element: HTMLElement) => void) | null }) {
  const { message, endsGroup, senderName, onEditEnd, press } = props;
  const bubble = <Bubble message={message} senderName={senderName} />;
  if (onEditEnd !== null) {
    return (
      <Suspense fallback={bubble}>
        <MessageEditor message={message} onEnd={onEditEnd} />
      </Suspense>
    );
  }
  return (
    <>
      {bubble}
      <MessageTime createdAt={message.createdAt} shown={endsGroup} />
      {press === null ? null : <MenuButton onPress={press} />}
    </>
  );
}

/** A row is as wide as the list: its menu belongs to the bubble in it. */
function findAnchor(pressed: HTMLElement): HTMLElement {
  return pressed.querySelector<HTMLElement>('[data-bubble]') ?? pressed;
}

/** Enter on the message itself, and the key for menus; what stands in it has keys of its own. */
function opensMenu(event: KeyboardEvent<HTMLElement>): boolean {
  return event.target === event.currentTarget && (event.key === 'Enter' || event.key === 'ContextMenu');
}

/** One message. `data-seq` is empty until the server has numbered it. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, startsGroup, senderName, partnerName, onMenu } = props;
  const { mine, delivery } = message;
  const named = partnerName === null && !mine;
  const press = onMenu && ((element: HTMLElement) => onMenu(message, findAnchor(element).getBoundingClientRect()));
  const longPress = useLongPress(press);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (press === null || !opensMenu(event)) return;
    event.preventDefault();
    press(event.currentTarget);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Enter and a resting finger do what the button in it does.
    <div
      // Focus, by a tap or an arrow key, shows the time of a message.
      tabIndex={-1}
      data-testid="message"
      data-key={message.key}
      data-seq={message.seq ?? ''}
      data-status={mine ? delivery.status : 'received'}
      onKeyDown={onKeyDown}
      {...longPress}
      className={`group ring-inside flex flex-col rounded-control ${mine ? 'items-end' : 'items-start'} ${startsGroup ? 'mt-3' : 'mt-1'}`}
    >
      {named && startsGroup ? <SpeakerName name={senderName} /> : null}
      <div className={`flex w-full min-w-0 gap-2 ${mine ? 'flex-row-reverse' : ''}`}>
        {named ? (
          <span className="w-7 shrink-0">
            {startsGroup ? <Avatar id={message.senderId} name={senderName} size="small" /> : null}
          </span>
        ) : null}
        <Standing {...props} press={press} />
      </div>
      <Failure {...props} />
    </div>
  );
});
