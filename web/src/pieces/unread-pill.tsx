import { counted, toPill } from '../words/people.ts';

/** How many messages wait. Nothing when none does. */
export function UnreadPill({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span className="inline-flex h-5 min-w-5 shrink-0 items-center justify-center rounded-full bg-accent px-1.5 text-small font-semibold text-on-accent tabular-nums">
      <span aria-hidden="true">{toPill(count)}</span>
      <span className="sr-only">{counted(count, 'unread message')}</span>
    </span>
  );
}
