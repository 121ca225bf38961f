import type { ErrorBody } from '@hallway/contracts';
import { ButtonLink } from '../pieces/button.tsx';
import { FaultNotice } from '../pieces/fault-notice.tsx';
import { useDocumentTitle } from '../shell/use-document-title.ts';
import { type FaultWords, loadWords, refusalWords } from '../words/fault-words.ts';

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
      return { title: 'This conversation can’t be started', advice: refusalWords(fault, name) };
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
