import type { ErrorBody } from '@hallway/contracts';
import { type ReactNode, useState } from 'react';
import { toFault } from '../client/to-fault.ts';
import { actionWords } from '../words/fault-words.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { FaultLine } from './fault-notice.tsx';

interface ConfirmProps {
  /** The question. */
  title: string;
  /** What happens then, and whether it can be undone. */
  children: ReactNode;
  /** The verb on the button that does it. */
  action: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  /** What to say when it did not work; by default that it did not, and to try again. */
  toWords?: (fault: ErrorBody) => string;
}

/** Asks before something that cannot simply be taken back. What went wrong is said here, and the question stays where trying again can help. */
export function Confirm({ title, children, action, onConfirm, onClose, toWords }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<ErrorBody | null>(null);
  const confirm = async () => {
    setBusy(true);
    setFault(null);
    try {
      await onConfirm();
      onClose();
    } catch (thrown) {
      setFault(toFault(thrown));
      setBusy(false);
    }
  };
  // What was refused for a reason is refused again.
  const refused = fault !== null && !fault.retryable;
  return (
    <Dialog title={title} onClose={onClose} size="note">
      <div className="flex flex-col gap-4">
        <div>{children}</div>
        {fault === null ? null : <FaultLine fault={fault} words={toWords?.(fault) ?? actionWords(fault, 'That')} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{refused ? 'Close' : 'Cancel'}</Button>
          {refused ? null : (
            <Button look="danger" disabled={busy} onClick={() => void confirm()}>
              {action}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
