import type { ChatRoom, PublicUser } from '@hallway/contracts';
import { ChevronLeft, Ellipsis } from 'lucide-react';
import { Link } from 'react-router';
import { useIsOnline } from '../client/hallway-context.ts';
import { useWatchedPresence } from '../client/use-watched-presence.ts';
import { Avatar, Presence } from '../pieces/avatar.tsx';
import { IconButton } from '../pieces/button.tsx';
import { Bar } from '../pieces/skeleton.tsx';
import { counted, toRoleWord } from '../words/people.ts';

interface ChatHeadProps {
  room: ChatRoom | null;
  title: string;
  partner: PublicUser | null;
  /** Opens who is here, and what can be done about it. */
  onDetails: () => void;
}

const kinds = { direct: '', group: 'Group', course: 'Course room', announcement: 'Announcements' } as const;

/** Who this conversation is with. The arrow leads back to the list, where the list is not beside it. */
export function ChatHead({ room, title, partner, onDetails }: ChatHeadProps) {
  const isOnline = useIsOnline();
  useWatchedPresence(partner === null ? [] : [partner.id]);
  const online = partner === null ? undefined : isOnline(partner.id);
  return (
    <header className="flex min-h-14 items-center gap-3 border-b border-line bg-surface px-4 py-2 max-tablet:pl-1">
      <Link
        to="/messages"
        aria-label="Back to messages"
        className="inline-flex size-11 shrink-0 items-center justify-center rounded-control hover:bg-hover tablet:hidden"
      >
        <ChevronLeft aria-hidden="true" className="size-6 rtl:rotate-180" />
      </Link>
      {room === null ? (
        <Bar className="h-4 w-32" />
      ) : (
        <>
          <Avatar id={partner?.id ?? room.id} name={title} many={partner === null} />
          <div className="min-w-0 flex-1 leading-tight">
            <h2 className="truncate font-semibold">{title}</h2>
            <p className="truncate text-small text-ink-soft">
              {partner === null
                ? `${kinds[room.type]} · ${counted(room.participantCount, 'person', 'people')}`
                : toRoleWord(partner.role)}
            </p>
          </div>
          {online === undefined ? null : <Presence online={online} />}
          <IconButton
            label={partner === null ? 'People and details' : `About ${partner.name}`}
            aria-haspopup="dialog"
            icon={<Ellipsis aria-hidden="true" className="size-5" />}
            onClick={onDetails}
            className="-mr-2"
          />
        </>
      )}
    </header>
  );
}
