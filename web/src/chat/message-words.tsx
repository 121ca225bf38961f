import type { TimelineMessage } from '@hallway/client';
import { Ban } from 'lucide-react';
import { useMemo } from 'react';
import { toFullTime } from '../words/times.ts';
import { DeliveryMark } from './delivery-mark.tsx';
import { toTextParts } from './message-text.ts';

function Words({ message }: { message: TimelineMessage }) {
  const editedAt = message.stored?.editedAt;
  const { content } = message;
  const parts = useMemo(() => toTextParts(content), [content]);
  return (
    <p dir="auto" className="min-w-0 whitespace-pre-wrap wrap-anywhere">
      {parts.map((part, index) =>
        part.kind === 'text' ? (
          part.text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text keep their places.
          <a key={index} href={part.text} target="_blank" rel="noopener noreferrer" className="underline">
            {part.text}
          </a>
        ),
      )}
      {editedAt === undefined ? null : (
        <span title={`Edited ${toFullTime(editedAt)}`} className="ml-2 text-small select-none">
          <span className="sr-only">, </span>
          edited
        </span>
      )}
    </p>
  );
}

function Speaker({ message, senderName }: BubbleProps) {
  return <span className="sr-only">{message.mine ? 'You: ' : `${senderName}: `}</span>;
}

interface BubbleProps {
  message: TimelineMessage;
  senderName: string;
}

const shape =
  'flex max-w-[min(68ch,84%)] min-w-0 rounded-bubble px-3 py-1.5 touch:select-none touch:[-webkit-touch-callout:none]';

/** What was said, or that it was taken back. */
export function Bubble({ message, senderName }: BubbleProps) {
  const corner = message.mine ? 'rounded-br-corner' : 'rounded-bl-corner';
  if (message.stored?.deletedAt !== undefined) {
    return (
      <div data-bubble="" className={`${shape} ${corner} items-center gap-2 border border-line text-ink-soft`}>
        <Speaker message={message} senderName={senderName} />
        <Ban aria-hidden="true" className="size-4 shrink-0" />
        <p className="italic">Message deleted</p>
      </div>
    );
  }
  const look = message.mine ? 'bg-mine text-on-mine' : 'bg-theirs text-ink';
  return (
    <div data-bubble="" className={`${shape} ${corner} ${look}`}>
      <Speaker message={message} senderName={senderName} />
      <Words message={message} />
      {message.mine ? <DeliveryMark status={message.delivery.status} /> : null}
    </div>
  );
}
