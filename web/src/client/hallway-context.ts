import type { ConnectionState, ConversationsState, HallwayClient, SessionState, Store } from '@hallway/client';
import type { PublicUser } from '@hallway/contracts';
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';

export const HallwayContext = createContext<HallwayClient | null>(null);

/** The one client of this page. Throws outside `HallwayContext`. */
export function useHallway(): HallwayClient {
  const client = useContext(HallwayContext);
  if (client === null) throw new Error('useHallway outside HallwayContext');
  return client;
}

/** Shows a store's snapshot and follows its changes. */
function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(
    (listener) => store.subscribe(listener),
    () => store.getSnapshot(),
  );
}

export function useSession(): SessionState {
  return useStore(useHallway().session);
}

/** The person who is signed in. Throws where nobody is: only pages inside the shell may ask. */
export function useMe(): PublicUser {
  const session = useSession();
  if (session.status !== 'signed-in') throw new Error('useMe while nobody is signed in');
  return session.user;
}

export function useConnection(): ConnectionState {
  return useStore(useHallway().connection);
}

export function useConversations(): ConversationsState {
  return useStore(useHallway().conversations);
}

/**
 * Tells whether a watched person is online; undefined while our own connection is away, because then nobody knows.
 * Watching is `useWatchedPresence`.
 */
export function useIsOnline(): (userId: string) => boolean | undefined {
  const online = useStore(useHallway().online);
  const connected = useConnection().status === 'online';
  return useCallback((userId: string) => (connected ? online.has(userId) : undefined), [online, connected]);
}
