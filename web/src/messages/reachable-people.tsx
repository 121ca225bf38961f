import type { Conversation, Person } from '@hallway/contracts';
import { Users } from 'lucide-react';
import { NavLink } from 'react-router';
import { useIsOnline } from '../client/hallway-context.ts';
import { useResource } from '../client/use-resource.ts';
import { useWatchedPresence } from '../client/use-watched-presence.ts';
import { Button } from '../pieces/button.tsx';
import { EmptyState } from '../pieces/page.tsx';
import { PersonLine } from '../pieces/person-line.tsx';
import { RowsSkeleton } from '../pieces/skeleton.tsx';
import { usePeopleSearch } from '../shell/people-search-context.ts';
import { toPersonPath } from '../words/paths.ts';
import { toTies } from '../words/people.ts';
import { rowShape } from './conversation-row.tsx';
import { moveFocus } from './move-focus.ts';

function NewPerson({ person, online }: { person: Person; online: boolean | undefined }) {
  return (
    <li>
      <NavLink
        to={toPersonPath(person.id)}
        className={({ isActive }) => `${rowShape} ${isActive ? 'bg-chosen' : 'hover:bg-hover'}`}
      >
        <PersonLine person={person} online={online} note={toTies(person)} />
      </NavLink>
    </li>
  );
}

/** People whom I may write to and have no conversation with: a new account's list is not empty. */
export function ReachablePeople({ conversations }: { conversations: readonly Conversation[] }) {
  const search = usePeopleSearch();
  const isOnline = useIsOnline();
  const { value, fault, reload } = useResource('people', (client) => client.people({}));
  const met = new Set(conversations.map((conversation) => conversation.with?.id));
  const people = (value?.people ?? []).filter((person) => !met.has(person.id));
  useWatchedPresence(people.map((person) => person.id));
  if (value === null && fault === null) return <RowsSkeleton rows={3} label="Loading people" />;
  if (value === null) {
    return (
      <p className="px-4 py-4 text-small text-ink-soft">
        The people you can write to didn’t load.{' '}
        <button type="button" onClick={reload} className="font-medium text-accent underline">
          Try again
        </button>
      </p>
    );
  }
  if (people.length === 0 && conversations.length === 0) {
    return (
      <EmptyState
        icon={<Users className="size-8" />}
        title="Nobody here yet"
        advice="People in your courses appear here. When you join a course, you can write to them."
      />
    );
  }
  if (people.length === 0) return null;
  return (
    <section aria-labelledby="reachable-people" className="mt-3">
      <h2 id="reachable-people" className="px-4 py-2 text-small font-medium text-ink-soft">
        People you can write to
      </h2>
      <ul aria-label="People you can write to" onKeyDown={(event) => moveFocus(event, 'a')}>
        {people.map((person) => (
          <NewPerson key={person.id} person={person} online={isOnline(person.id)} />
        ))}
      </ul>
      {value.nextCursor === null ? null : (
        <div className="px-4 pt-2">
          <Button look="quiet" onClick={search.open}>
            Search for more people
          </Button>
        </div>
      )}
    </section>
  );
}
