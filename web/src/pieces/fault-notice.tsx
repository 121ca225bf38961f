import type { ErrorBody } from '@hallway/contracts';
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FaultWords } from '../words/fault-words.ts';
import { loadWords } from '../words/fault-words.ts';
import { Button } from './button.tsx';

/** The number that support can find in the logs. Faults that never reached a server have none. */
export function RequestId({ fault }: { fault: ErrorBody }) {
  if (fault.requestId === '') return null;
  return <p className="mt-2 text-small break-all text-ink-soft">For support: {fault.requestId}</p>;
}

interface FaultNoticeProps {
  fault: ErrorBody;
  words?: FaultWords;
  onRetry?: () => void;
  /** A way on that suits the page better than trying again. */
  children?: ReactNode;
}

/** Says what happened, what is safe and what to do, where the thing itself would have stood. */
export function FaultNotice({ fault, words = loadWords(fault), onRetry, children }: FaultNoticeProps) {
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center px-4 py-12 text-center">
      <CircleAlert aria-hidden="true" className="size-8 text-bad" />
      <h2 className="mt-3 text-heading font-semibold">{words.title}</h2>
      <p className="mt-1 text-ink-soft">{words.advice}</p>
      <div className="mt-4 flex flex-wrap justify-center gap-2">
        {onRetry === undefined ? null : <Button onClick={onRetry}>Try again</Button>}
        {children}
      </div>
      <RequestId fault={fault} />
    </div>
  );
}

interface FaultLineProps {
  /** Null: it never left this device. */
  fault: ErrorBody | null;
  words: string;
}

/** One line for something that was asked for and did not happen, beside what asked for it. */
export function FaultLine({ fault, words }: FaultLineProps) {
  return (
    <div role="alert" className="flex gap-2 rounded-control border border-bad px-3 py-2 text-small">
      <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-bad" />
      <div>
        <p>{words}</p>
        {fault === null ? null : <RequestId fault={fault} />}
      </div>
    </div>
  );
}
