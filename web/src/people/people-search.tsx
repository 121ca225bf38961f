import { Megaphone, Search, Users, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { useIsOnline } from '../client/hallway-context.ts';
import { useResource } from '../client/use-resource.ts';
import { useWatchedPresence } from '../client/use-watched-presence.ts';
import { Button, IconButton } from '../pieces/button.tsx';
import { FaultNotice } from '../pieces/fault-notice.tsx';
import { PersonLine } from '../pieces/person-line.tsx';
import { RowsSkeleton } from '../pieces/skeleton.tsx';
import type { NewRoomKind } from '../rooms/new-room-dialog.tsx';
import { isTaughtByMe } from '../rooms/staff-courses.ts';
import { toPersonPath } from '../words/paths.ts';
import { counted, toTies } from '../words/people.ts';
import { usePeopleQuery } from './use-people-query.ts';

interface PeopleSearchProps {
  onClose: () => void;
  onNewRoom: (kind: NewRoomKind) => void;
}

/** The way to rooms of many; those of a course are made by its staff. */
function NewRoomLine({ onNewRoom }: Pick<PeopleSearchProps, 'onNewRoom'>) {
  const { value } = useResource('courses', (client) => client.courses());
  return (
    <div className="flex flex-wrap gap-1 border-b border-line px-2 py-1">
      <Button look="quiet" onClick={() => onNewRoom('group')}>
        <Users aria-hidden="true" className="size-4" />
        New group
      </Button>
      {value?.some(isTaughtByMe) ? (
        <Button look="quiet" onClick={() => onNewRoom('course')}>
          <Megaphone aria-hidden="true" className="size-4" />
          New room for a course
        </Button>
      ) : null}
    </div>
  );
}

const optionId = (index: number) => `person-option-${index}`;

/** Finds a person to write to. The field keeps the focus; arrows choose, Enter opens, Escape closes. */
export function PeopleSearch({ onClose, onNewRoom }: PeopleSearchProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const navigate = useNavigate();
  const isOnline = useIsOnline();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const { found, people, fault, loadMore, retry } = usePeopleQuery(query.trim());
  useWatchedPresence(people.map((person) => person.id));
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    document.getElementById(optionId(active))?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const open = (personId: string) => {
    onClose();
    void navigate(toPersonPath(personId));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const chosen = people[active];
    if (event.key === 'ArrowDown') setActive(Math.min(active + 1, people.length - 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(active - 1, 0));
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing && chosen !== undefined) open(chosen.id);
    else return;
    event.preventDefault();
  };

  return (
    <dialog
      ref={dialog}
      aria-label="New conversation"
      onClose={onClose}
      onPointerDown={(event) => {
        // Only what lies outside the panel is the dialog itself.
        if (event.target === event.currentTarget) onClose();
      }}
      className="m-0 h-full max-h-none w-full max-w-none bg-raised p-0 backdrop:bg-ink/40 tablet:mx-auto tablet:mt-[12vh] tablet:h-fit tablet:max-w-lg tablet:rounded-bubble tablet:shadow-float dark:backdrop:bg-canvas/70"
    >
      <div className="safe-head safe-foot flex h-full flex-col tablet:h-auto tablet:max-h-[70vh]">
        <div className="flex items-center gap-2 border-b border-line py-2 pr-2 pl-4">
          <Search aria-hidden="true" className="size-5 shrink-0 text-ink-soft" />
          <input
            type="text"
            role="combobox"
            aria-label="Search people"
            aria-expanded={people.length > 0}
            aria-controls="people-found"
            aria-autocomplete="list"
            aria-activedescendant={people.length > 0 ? optionId(active) : undefined}
            placeholder="Write to …"
            autoComplete="off"
            spellCheck={false}
            maxLength={100}
            value={query}
            onChange={(event) => {
              setQuery(event.target.value);
              setActive(0);
            }}
            onKeyDown={onKeyDown}
            className="min-h-9 touch:min-h-11 min-w-0 flex-1 bg-transparent outline-none placeholder:text-ink-soft focus-visible:outline-none"
          />
          <IconButton label="Close" icon={<X aria-hidden="true" className="size-5" />} onClick={onClose} />
        </div>
        <NewRoomLine onNewRoom={onNewRoom} />
        <p role="status" className="sr-only">
          {found === null ? '' : `${counted(people.length, 'person', 'people')} found`}
        </p>
        <div className="min-h-0 flex-1 overflow-y-auto py-2">
          {fault !== null && found === null ? <FaultNotice fault={fault} onRetry={retry} /> : null}
          {fault === null && found === null ? <RowsSkeleton rows={4} label="Loading people" /> : null}
          {found?.query === query.trim() && people.length === 0 ? <NobodyFound query={found.query} /> : null}
          <div id="people-found" role="listbox" aria-label="People">
            {people.map((person, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field that controls this list has the keys.
              <div
                key={person.id}
                id={optionId(index)}
                role="option"
                tabIndex={-1}
                aria-selected={index === active}
                onClick={() => open(person.id)}
                onPointerMove={() => setActive(index)}
                className={`flex items-center gap-3 px-4 py-2.5 ${index === active ? 'bg-chosen' : ''}`}
              >
                <PersonLine person={person} online={isOnline(person.id)} note={toTies(person)} />
              </div>
            ))}
          </div>
          {found?.nextCursor == null ? null : (
            <div className="px-4 py-2 text-center">
              <Button look="quiet" onClick={() => void loadMore()}>
                Show more people
              </Button>
            </div>
          )}
        </div>
      </div>
    </dialog>
  );
}

function NobodyFound({ query }: { query: string }) {
  return (
    <p className="px-4 py-8 text-center text-ink-soft">
      {query === ''
        ? 'People in your courses appear here.'
        : `Nobody you can write to is called “${query}”. You can write to people in your courses.`}
    </p>
  );
}
