import { Users } from 'lucide-react';
import type { CSSProperties } from 'react';
import { toHue, toInitials } from '../words/people.ts';

const sizes = {
  small: 'size-7 text-small',
  medium: 'size-10 text-small',
  large: 'size-16 text-heading',
} as const;

interface AvatarProps {
  id: string;
  name: string;
  size?: keyof typeof sizes;
  /** Omit where presence is unknown or says nothing, as for myself. */
  online?: boolean | undefined;
  /** A room of many shows a group instead of initials. */
  many?: boolean;
}

/** Decoration: the name that stands beside it is what is read out. */
export function Avatar({ id, name, size = 'medium', online, many = false }: AvatarProps) {
  const hue = { '--avatar-hue': toHue(id) } as CSSProperties;
  return (
    <span aria-hidden="true" className="relative inline-flex shrink-0 select-none">
      <span
        style={hue}
        className={`avatar inline-flex items-center justify-center font-semibold ${sizes[size]} ${many ? 'rounded-control' : 'rounded-full'}`}
      >
        {many ? <Users className="size-1/2" /> : toInitials(name)}
      </span>
      {online === undefined ? null : (
        <span className="absolute -right-0.5 -bottom-0.5 rounded-full bg-surface p-0.5">
          <PresenceDot online={online} />
        </span>
      )}
    </span>
  );
}

/** A filled disc is online, a ring offline: the shape says it without the colour. */
function PresenceDot({ online }: { online: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={`block size-2.5 rounded-full ${online ? 'bg-good' : 'border-2 border-ink-faint bg-surface'}`}
    />
  );
}

/** The dot with its word. */
export function Presence({ online }: { online: boolean }) {
  return (
    <span className="inline-flex items-center gap-1.5 text-small text-ink-soft">
      <PresenceDot online={online} />
      {online ? 'online' : 'offline'}
    </span>
  );
}
