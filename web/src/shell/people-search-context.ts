import { createContext, useContext } from 'react';

interface PeopleSearchControl {
  open(): void;
}

export const PeopleSearchContext = createContext<PeopleSearchControl>({ open: () => {} });

/** Opens the search for a person to write to, as Ctrl+K and ⌘K do. */
export function usePeopleSearch(): PeopleSearchControl {
  return useContext(PeopleSearchContext);
}
