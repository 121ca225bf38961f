import { limits } from '@hallway/contracts';
import { useEffect } from 'react';
import { useHallway } from './hallway-context.ts';

/** Watches who of these people is online while the caller is on the screen. The first 200 count: a screen shows fewer. */
export function useWatchedPresence(userIds: readonly string[]): void {
  const client = useHallway();
  // One text instead of an array: it stays equal while the same people are watched.
  const watched = [...new Set(userIds)].slice(0, limits.watchedPeople).sort().join(' ');
  useEffect(() => {
    if (watched === '') return;
    return client.watchPresence(watched.split(' '));
  }, [client, watched]);
}
