import type { DeliveryState } from '@hallway/client';
import { Check, CheckCheck, CircleAlert, Clock3 } from 'lucide-react';

const marks = {
  queued: { Icon: Clock3, words: 'Waiting to be sent' },
  sending: { Icon: Clock3, words: 'Sending' },
  sent: { Icon: Check, words: 'Sent' },
  read: { Icon: CheckCheck, words: 'Read' },
  failed: { Icon: CircleAlert, words: 'Not sent' },
} as const satisfies Record<DeliveryState['status'], unknown>;

/** How far a message of mine has come: a glyph, and its words for screen readers and the resting pointer. */
export function DeliveryMark({ status }: { status: DeliveryState['status'] }) {
  const { Icon, words } = marks[status];
  return (
    <span title={words} className="ml-2 inline-flex shrink-0 self-end pb-0.5">
      <Icon aria-hidden="true" className="size-4" />
      <span className="sr-only">{words}</span>
    </span>
  );
}
