import type { PublicUser } from '@hallway/contracts';
import { toRoleWord } from '../words/people.ts';
import { Avatar } from './avatar.tsx';

interface PersonLineProps {
  person: PublicUser;
  /** Omit where presence is not watched. */
  online?: boolean | undefined;
  /** What to say under the name, after the role. */
  note?: string;
}

/** A person in one row: avatar, name, role, presence. The caller makes it a link, an option or nothing. */
export function PersonLine({ person, online, note = '' }: PersonLineProps) {
  const under = [toRoleWord(person.role), note].filter((part) => part !== '').join(' · ');
  return (
    <>
      <Avatar id={person.id} name={person.name} online={online} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{person.name}</span>
        <span className="block truncate text-small text-ink-soft">
          {under}
          {online === undefined ? null : <span className="sr-only">, {online ? 'online' : 'offline'}</span>}
        </span>
      </span>
    </>
  );
}
