import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from 'react-router';

const looks = {
  primary: 'bg-accent text-on-accent font-semibold hover:brightness-95',
  plain: 'border border-ink-faint bg-surface text-ink font-medium hover:bg-hover',
  quiet: 'text-accent font-medium hover:bg-hover',
  danger: 'border border-bad text-bad font-medium hover:bg-hover',
} as const;

type Look = keyof typeof looks;

const shape =
  'inline-flex min-h-9 touch:min-h-11 items-center justify-center gap-2 rounded-control px-4 py-1.5 text-center disabled:opacity-50';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
}

export function Button({ look = 'plain', className = '', type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={`${shape} ${looks[look]} ${className}`} {...rest} />;
}

/** A link that looks like a button: it goes somewhere, so it stays a link. */
export function ButtonLink({ look = 'plain', to, children }: { look?: Look; to: string; children: ReactNode }) {
  return (
    <Link to={to} className={`${shape} ${looks[look]}`}>
      {children}
    </Link>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  icon: ReactNode;
}

/** An icon needs a name: it is read out, and shown where the pointer rests. */
export function IconButton({ label, icon, className = '', type = 'button', ...rest }: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={`inline-flex size-9 touch:size-11 shrink-0 items-center justify-center rounded-control text-ink-soft hover:bg-hover hover:text-ink disabled:opacity-50 ${className}`}
      {...rest}
    >
      {icon}
    </button>
  );
}
