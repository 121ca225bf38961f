import { type ReactNode, useEffect, useState } from 'react';

/** What comes faster than this needs no stand-in: a flash of grey would only be noise. */
const skeletonDelayMs = 200;

/** Shows its children when waiting has taken long enough to be noticed, and tells screen readers that something comes. */
function AfterDelay({ children, label }: { children: ReactNode; label: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), skeletonDelayMs);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return null;
  return (
    <div role="status" data-testid="skeleton" className="animate-appear">
      <span className="sr-only">{label}</span>
      <div aria-hidden="true">{children}</div>
    </div>
  );
}

/** A grey bar in the place of a line of text. The caller gives its size. */
export function Bar({ className }: { className: string }) {
  return <span className={`block rounded-control bg-theirs ${className}`} />;
}

const rowWidths = ['w-32', 'w-24', 'w-40', 'w-28', 'w-36', 'w-24'];

/** In the shape of people or conversations. */
export function RowsSkeleton({ rows = 6, label }: { rows?: number; label: string }) {
  return (
    <AfterDelay label={label}>
      {rowWidths.slice(0, rows).map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move.
        <div key={index} className="flex items-center gap-3 px-4 py-3">
          <span className="size-10 shrink-0 rounded-full bg-theirs" />
          <span className="flex flex-col gap-2">
            <Bar className={`h-3 ${width}`} />
            <Bar className="h-3 w-48 max-w-full" />
          </span>
        </div>
      ))}
    </AfterDelay>
  );
}

/** In the shape of cards. */
export function CardsSkeleton({ label }: { label: string }) {
  return (
    <AfterDelay label={label}>
      <div className="grid gap-4 tablet:grid-cols-2">
        {['first', 'second'].map((key) => (
          <div key={key} className="flex h-36 flex-col gap-3 rounded-control border border-line bg-surface p-4">
            <Bar className="h-4 w-24" />
            <Bar className="h-3 w-48" />
            <Bar className="h-3 w-36" />
          </div>
        ))}
      </div>
    </AfterDelay>
  );
}

/** In the shape of a conversation. */
export function MessagesSkeleton() {
  return (
    <AfterDelay label="Loading messages">
      <div className="flex flex-col gap-3 p-4">
        <Bar className="h-10 w-56 max-w-[70%]" />
        <Bar className="h-10 w-40 max-w-[70%]" />
        <Bar className="h-10 w-64 max-w-[70%] self-end" />
        <Bar className="h-16 w-72 max-w-[70%]" />
        <Bar className="h-10 w-48 max-w-[70%] self-end" />
      </div>
    </AfterDelay>
  );
}
