import type { Timeline, TimelineMessage } from '@hallway/client';
import type { ErrorBody } from '@hallway/contracts';
import { CircleAlert } from 'lucide-react';
import { memo } from 'react';
import { Avatar } from '../pieces/avatar.tsx';
import { Button } from '../pieces/button.tsx';
import { RequestId } from '../pieces/fault-notice.tsx';
import { sendWords } from '../words/fault-words.ts';
import { toClock, toFullTime } from '../words/times.ts';
import { DeliveryMark } from './delivery-mark.tsx';
import { toTextParts } from './message-text.ts';

interface MessageRowProps {
  message: TimelineMessage;
  startsGroup: boolean;
  endsGroup: boolean;
  senderName: string;
  /** The other person of a direct room; null in rooms of many, which show who speaks. */
  partnerName: string | null;
  timeline: Timeline;
}

function Words({ message }: { message: TimelineMessage }) {
  if (message.stored?.deletedAt !== undefined) return <p className="italic opacity-80">Message deleted</p>;
  return (
    <p dir="auto" className="min-w-0 whitespace-pre-wrap wrap-anywhere">
      {toTextParts(message.content).map((part, index) =>
        part.kind === 'text' ? (
          part.text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text keep their places.
          <a key={index} href={part.text} target="_blank" rel="noopener noreferrer" className="underline">
            {part.text}
          </a>
        ),
      )}
    </p>
  );
}

function Bubble({ message, senderName }: { message: TimelineMessage; senderName: string }) {
  const look = message.mine ? 'rounded-br-corner bg-mine text-on-mine' : 'rounded-bl-corner bg-theirs text-ink';
  return (
    <div className={`flex max-w-[min(68ch,84%)] min-w-0 rounded-bubble px-3 py-1.5 ${look}`}>
      <span className="sr-only">{message.mine ? 'You: ' : `${senderName}: `}</span>
      <Words message={message} />
      {message.mine ? <DeliveryMark status={message.delivery.status} /> : null}
    </div>
  );
}

/** Stands beside the bubble; its room is kept while it is hidden, so that nothing moves when it shows. */
function MessageTime({ createdAt, shown }: { createdAt: string; shown: boolean }) {
  return (
    <time
      dateTime={createdAt}
      title={toFullTime(createdAt)}
      className={`shrink-0 self-end pb-1 text-small text-ink-soft tabular-nums ${shown ? '' : 'opacity-0 group-hover:opacity-100 group-focus:opacity-100 group-focus-within:opacity-100'}`}
    >
      {toClock(createdAt)}
    </time>
  );
}

interface FailureProps {
  fault: ErrorBody;
  name: string | null;
  onRetry: () => void;
  onDiscard: () => void;
}

function Failure({ fault, name, onRetry, onDiscard }: FailureProps) {
  return (
    <div role="alert" className="mt-1 flex max-w-[min(68ch,84%)] flex-col items-end text-small">
      <p className="flex gap-1.5 text-bad">
        <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
        {sendWords(fault, name)}
      </p>
      <span className="flex gap-1">
        <Button look="quiet" onClick={onRetry}>
          Try again
        </Button>
        <Button look="quiet" onClick={onDiscard}>
          Discard
        </Button>
      </span>
      <RequestId fault={fault} />
    </div>
  );
}

/** One message. `data-seq` is empty until the server has numbered it. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, startsGroup, endsGroup, senderName, partnerName, timeline } = props;
  const many = partnerName === null;
  const { mine, delivery, clientMessageId } = message;
  return (
    <div
      // Focus, by a tap or an arrow key, shows the time of a message.
      tabIndex={-1}
      data-testid="message"
      data-key={message.key}
      data-seq={message.seq ?? ''}
      data-status={mine ? delivery.status : 'received'}
      className={`group ring-inside flex flex-col rounded-control ${mine ? 'items-end' : 'items-start'} ${startsGroup ? 'mt-3' : 'mt-1'}`}
    >
      {many && startsGroup && !mine ? (
        <p aria-hidden="true" className="mb-1 ml-9 text-small font-medium text-ink-soft">
          {senderName}
        </p>
      ) : null}
      <div className={`flex w-full min-w-0 gap-2 ${mine ? 'flex-row-reverse' : ''}`}>
        {many && !mine ? (
          <span className="w-7 shrink-0">
            {startsGroup ? <Avatar id={message.senderId} name={senderName} size="small" /> : null}
          </span>
        ) : null}
        <Bubble message={message} senderName={senderName} />
        <MessageTime createdAt={message.createdAt} shown={endsGroup} />
      </div>
      {delivery.status === 'failed' ? (
        <Failure
          fault={delivery.error}
          name={partnerName}
          onRetry={() => timeline.retry(clientMessageId)}
          onDiscard={() => timeline.discard(clientMessageId)}
        />
      ) : null}
    </div>
  );
});
