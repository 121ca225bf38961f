import type { ErrorBody, Person } from '@hallway/contracts';
import { useEffect, useMemo, useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';

/** Long enough to skip most letters of a name that is being typed, short enough to feel like an answer to each. */
const typingPauseMs = 150;

interface PeopleFound {
  query: string;
  people: Person[];
  nextCursor: string | null;
}

const nothingFound: PeopleFound = { query: '', people: [], nextCursor: null };

function toQuery(query: string, cursor: string | null) {
  return { ...(query === '' ? {} : { query }), ...(cursor === null ? {} : { cursor }) };
}

/** The next page, behind what is shown; dropped when the question has changed since. */
function appendPage(last: PeopleFound | null, page: PeopleFound, cursor: string | null): PeopleFound | null {
  if (last === null || last.query !== page.query || last.nextCursor !== cursor) return last;
  return { ...page, people: [...last.people, ...page.people] };
}

/**
 * What may be chosen from now. While the answer to the last letter is under way, that is who of the older answer still
 * fits: Enter must never open somebody other than the one who was typed.
 */
function toShown(found: PeopleFound | null, query: string): Person[] {
  if (found === null) return [];
  if (found.query === query) return found.people;
  const words = query.toLocaleLowerCase().split(/\s+/);
  return found.people.filter((person) => words.every((word) => person.name.toLocaleLowerCase().includes(word)));
}

/** People whom I may write to, by name. An answer to an older query never replaces that of a newer one. */
export function usePeopleQuery(query: string) {
  const client = useHallway();
  const [found, setFound] = useState<PeopleFound | null>(null);
  const [fault, setFault] = useState<ErrorBody | null>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` asks again.
  useEffect(() => {
    let current = true;
    const ask = () =>
      client.people(toQuery(query, null)).then(
        (answer) => {
          if (!current) return;
          setFound({ query, ...answer });
          setFault(null);
        },
        (thrown: unknown) => {
          if (current) setFault(toFault(thrown));
        },
      );
    const timer = setTimeout(ask, query === '' ? 0 : typingPauseMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [client, query, attempt]);

  const loadMore = async () => {
    const { query: asked, nextCursor } = found ?? nothingFound;
    try {
      const answer = await client.people(toQuery(asked, nextCursor));
      setFound((last) => appendPage(last, { query: asked, ...answer }, nextCursor));
    } catch (thrown) {
      setFault(toFault(thrown));
    }
  };
  const people = useMemo(() => toShown(found, query), [found, query]);
  return { found, people, fault, loadMore, retry: () => setAttempt((count) => count + 1) };
}
