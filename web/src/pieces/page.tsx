import type { ReactNode } from 'react';
import { useDocumentTitle } from '../shell/use-document-title.ts';

interface PageProps {
  title: string;
  /** What the tab says; the heading when omitted. */
  documentTitle?: string;
  children: ReactNode;
}

/** A page that scrolls as a whole: everything but the messages. */
export function Page({ title, documentTitle = title, children }: PageProps) {
  useDocumentTitle(documentTitle);
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto max-w-4xl px-4 py-6 tablet:px-8 tablet:py-8">
        <h1 className="text-heading font-semibold tablet:text-title">{title}</h1>
        {children}
      </div>
    </div>
  );
}

export function Section({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <section className="mt-8">
      <div className="mb-3 flex min-h-9 items-center justify-between gap-4">
        <h2 className="font-semibold">{title}</h2>
        {action}
      </div>
      {children}
    </section>
  );
}

export function Card({ children, className = '' }: { children: ReactNode; className?: string }) {
  return <div className={`rounded-control border border-line bg-surface ${className}`}>{children}</div>;
}

interface EmptyStateProps {
  icon: ReactNode;
  title: string;
  advice: string;
  children?: ReactNode;
}

/** Says what belongs here and offers the next step. */
export function EmptyState({ icon, title, advice, children }: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-sm flex-col items-center px-6 py-12 text-center">
      <span aria-hidden="true" className="text-ink-faint">
        {icon}
      </span>
      <p className="mt-3 font-semibold">{title}</p>
      <p className="mt-1 text-ink-soft">{advice}</p>
      {children === undefined ? null : <div className="mt-4 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}
