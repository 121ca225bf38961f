import type { ErrorBody } from '@hallway/contracts';
import { DoorClosed } from 'lucide-react';
import { ButtonLink } from '../pieces/button.tsx';
import { FaultNotice } from '../pieces/fault-notice.tsx';
import { useDocumentTitle } from '../shell/use-document-title.ts';
import { type FaultWords, loadWords } from '../words/fault-words.ts';
import { withName } from '../words/refusal-words.ts';

function toRoomWords(fault: ErrorBody, name: string | null): FaultWords {
  switch (fault.code) {
    case 'NOT_FOUND':
    case 'VALIDATION_FAILED':
      return {
        title: 'This conversation isn’t here',
        advice: 'It may have been removed, or it belongs to other people. Nothing of yours is lost.',
      };
    case 'RECIPIENT_NOT_FOUND':
      return {
        title: 'This person isn’t here',
        advice: 'They may have left, or the link is mistyped. Nothing of yours is lost.',
      };
    case 'MESSAGING_NOT_ALLOWED':
      return { title: 'This conversation can’t be started', advice: withName(fault.message, name) };
    default:
      return loadWords(fault);
  }
}

interface RoomFaultProps {
  fault: ErrorBody;
  /** Whom the room would have been with, where that is known. */
  name?: string | null;
  /** Offered where trying again can help. */
  onRetry?: () => void;
}

/** Stands where the conversation would, with a way back. */
export function RoomFault({ fault, name = null, onRetry }: RoomFaultProps) {
  useDocumentTitle('Messages');
  const retry = fault.retryable && onRetry !== undefined ? { onRetry } : {};
  return (
    <div className="flex h-full items-center overflow-y-auto">
      <FaultNotice fault={fault} words={toRoomWords(fault, name)} {...retry}>
        <ButtonLink to="/messages" look="primary">
          Back to messages
        </ButtonLink>
      </FaultNotice>
    </div>
  );
}

/** A room that was open a moment ago and is mine no more. Nothing of what was in it is shown. */
export function RoomLeft({ title }: { title: string }) {
  useDocumentTitle('Messages');
  return (
    <div className="flex h-full items-center overflow-y-auto">
      <div role="status" className="mx-auto flex max-w-md flex-col items-center px-4 py-12 text-center">
        <DoorClosed aria-hidden="true" className="size-8 text-ink-faint" />
        <h2 className="mt-3 text-heading font-semibold">You’re no longer in “{title}”</h2>
        <p className="mt-1 mb-4 text-ink-soft">
          Somebody who looks after it took you out or closed it, or a course that it follows changed. If that’s a
          mistake, ask them to add you again.
        </p>
        <ButtonLink to="/messages" look="primary">
          Back to messages
        </ButtonLink>
      </div>
    </div>
  );
}
