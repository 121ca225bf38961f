import type { Person } from '@hallway/contracts';
import { limits } from '@hallway/contracts';
import { X } from 'lucide-react';
import { useState } from 'react';
import { usePeopleQuery } from '../people/use-people-query.ts';
import { Button } from '../pieces/button.tsx';
import { FaultNotice } from '../pieces/fault-notice.tsx';
import { PersonLine } from '../pieces/person-line.tsx';
import { RowsSkeleton } from '../pieces/skeleton.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { toTies } from '../words/people.ts';

interface PeoplePickerProps {
  chosen: readonly Person[];
  onChange: (chosen: Person[]) => void;
  /** People who are there already, and are not offered. */
  without?: ReadonlySet<string>;
}

function Chips({ chosen, onDrop }: { chosen: readonly Person[]; onDrop: (person: Person) => void }) {
  if (chosen.length === 0) return null;
  return (
    <ul aria-label="Chosen" className="flex flex-wrap gap-2">
      {chosen.map((person) => (
        <li key={person.id}>
          <button
            type="button"
            onClick={() => onDrop(person)}
            aria-label={`Leave out ${person.name}`}
            className="inline-flex min-h-8 touch:min-h-11 items-center gap-1.5 rounded-full bg-chosen px-3 text-small font-medium hover:bg-hover"
          >
            {person.name}
            <X aria-hidden="true" className="size-4" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Chooses people whom I may write to: nobody else is offered. */
export function PeoplePicker({ chosen, onChange, without }: PeoplePickerProps) {
  const [query, setQuery] = useState('');
  const { found, people, fault, loadMore, retry } = usePeopleQuery(query.trim());
  const offered = people.filter((person) => !without?.has(person.id));
  const ids = new Set(chosen.map(({ id }) => id));
  const full = chosen.length >= limits.membersPerRequest;
  const drop = (person: Person) => onChange(chosen.filter(({ id }) => id !== person.id));
  const toggle = (person: Person) => (ids.has(person.id) ? drop(person) : onChange([...chosen, person]));
  return (
    <div className="flex flex-col gap-3">
      <Chips chosen={chosen} onDrop={drop} />
      <TextField
        label="Find people"
        data-first=""
        type="search"
        autoComplete="off"
        spellCheck={false}
        maxLength={100}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={(event) => {
          // Enter in here would send the form around it.
          if (event.key === 'Enter') event.preventDefault();
        }}
      />
      {fault !== null && found === null ? <FaultNotice fault={fault} onRetry={retry} /> : null}
      {fault === null && found === null ? <RowsSkeleton rows={3} label="Loading people" /> : null}
      {found !== null && offered.length === 0 ? (
        <p className="py-2 text-small text-ink-soft">
          {query.trim() === ''
            ? 'There is nobody else whom you can write to.'
            : `Nobody whom you can write to and who isn’t here already is called “${query.trim()}”.`}
        </p>
      ) : null}
      <ul aria-label="People" className="-mx-4 tablet:max-h-60 tablet:overflow-y-auto">
        {offered.map((person) => (
          <li key={person.id}>
            <label className="flex items-center gap-3 px-4 py-2 hover:bg-hover has-disabled:opacity-50">
              <input
                type="checkbox"
                checked={ids.has(person.id)}
                disabled={full && !ids.has(person.id)}
                onChange={() => toggle(person)}
                className="size-4 shrink-0 accent-accent"
              />
              <PersonLine person={person} note={toTies(person)} />
            </label>
          </li>
        ))}
        {found?.nextCursor == null ? null : (
          <li className="px-4 py-2 text-center">
            <Button look="quiet" onClick={() => void loadMore()}>
              Show more people
            </Button>
          </li>
        )}
      </ul>
    </div>
  );
}
