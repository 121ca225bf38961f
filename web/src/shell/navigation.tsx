import { BookOpen, CircleUser, LayoutDashboard, MessageSquare, Settings } from 'lucide-react';
import { Link, NavLink } from 'react-router';
import { useConversations, useMe } from '../client/hallway-context.ts';
import { Avatar } from '../pieces/avatar.tsx';
import { UnreadPill } from '../pieces/unread-pill.tsx';
import { toRoleWord } from '../words/people.ts';

const pages = [
  { to: '/', label: 'Dashboard', Icon: LayoutDashboard },
  { to: '/courses', label: 'Courses', Icon: BookOpen },
  { to: '/messages', label: 'Messages', Icon: MessageSquare },
  { to: '/profile', label: 'Profile', Icon: CircleUser },
  { to: '/settings', label: 'Settings', Icon: Settings },
] as const;

const linkShape =
  'group ring-inside relative flex flex-1 flex-col items-center justify-center gap-0.5 py-1.5 min-h-14 tablet:min-h-11 tablet:flex-none tablet:rounded-control desktop:min-h-9 touch:tablet:min-h-11 desktop:flex-row desktop:justify-start desktop:gap-3 desktop:px-3';

function PageLink({ to, label, Icon, unread }: (typeof pages)[number] & { unread: number }) {
  return (
    <NavLink
      to={to}
      end={to === '/'}
      title={label}
      className={({ isActive }) =>
        `${linkShape} ${isActive ? 'font-medium text-accent tablet:bg-chosen tablet:font-semibold tablet:text-ink' : 'text-ink-soft hover:bg-hover hover:text-ink'}`
      }
    >
      <span className="relative rounded-full px-4 py-0.5 group-aria-[current=page]:bg-chosen tablet:px-0 tablet:group-aria-[current=page]:bg-transparent">
        <Icon aria-hidden="true" className="size-5" />
        {unread === 0 ? null : (
          <span className="absolute -top-1 left-7 tablet:-top-2 tablet:-right-4 tablet:left-auto desktop:hidden">
            <UnreadPill count={unread} />
          </span>
        )}
      </span>
      <span className="text-small tablet:max-desktop:sr-only desktop:text-[length:inherit]">{label}</span>
      {unread === 0 ? null : (
        <span className="ml-auto hidden desktop:inline-flex">
          <UnreadPill count={unread} />
        </span>
      )}
    </NavLink>
  );
}

function MeLink() {
  const me = useMe();
  return (
    <Link
      to="/profile"
      title={me.name}
      className="ring-inside mt-auto hidden items-center justify-center gap-3 rounded-control p-1.5 hover:bg-hover tablet:flex desktop:justify-start"
    >
      <Avatar id={me.id} name={me.name} size="small" />
      <span className="min-w-0 leading-tight tablet:max-desktop:sr-only">
        <span className="block truncate font-medium">{me.name}</span>
        <span className="block text-small text-ink-soft">{toRoleWord(me.role)}</span>
      </span>
    </Link>
  );
}

/** A sidebar on a desktop, a rail on a tablet, a bar at the foot of a phone: the same five links. */
export function Navigation({ hiddenOnPhone }: { hiddenOnPhone: boolean }) {
  const { unreadTotal } = useConversations();
  return (
    <nav
      aria-label="Main"
      className={`safe-foot shrink-0 border-line bg-surface max-tablet:border-t tablet:flex tablet:w-16 tablet:flex-col tablet:border-r tablet:p-2 desktop:w-52 desktop:p-3 ${hiddenOnPhone ? 'max-tablet:hidden' : ''}`}
    >
      <p className="hidden items-center gap-2 px-3 pt-1 pb-4 font-semibold tablet:flex tablet:max-desktop:justify-center tablet:max-desktop:px-0">
        <img src="/favicon.svg" alt="" className="size-6" />
        <span className="tablet:max-desktop:sr-only">Hallway</span>
      </p>
      <div className="flex tablet:flex-col tablet:gap-1">
        {pages.map((page) => (
          <PageLink key={page.to} {...page} unread={page.to === '/messages' ? unreadTotal : 0} />
        ))}
      </div>
      <MeLink />
    </nav>
  );
}
