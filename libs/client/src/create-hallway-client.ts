import { createBlocks } from './blocks.ts';
import { buildClientParts, type ClientParts, type HallwayClientOptions } from './client-parts.ts';
import { createDirectory } from './directory.ts';
import { routeLiveEvents } from './live-events.ts';
import { createRooms } from './rooms.ts';
import { createSecondFactorClient, createSignInSteps } from './second-factor.ts';
import type { HallwayClient } from './types.ts';

// The list is asked for when the socket is up, so that nothing falls between the two; a socket that takes longer than
// this does not hold it up.
const listWithoutSocketMs = 1_000;

/**
 * A client of Hallway, for one page and one person at a time. Nothing happens before `restore` or `signIn`.
 * Its methods work without their object. Those that say so throw `HallwayError`; nothing else does, and no rejection is
 * left unhandled: what goes wrong in the background is told to `onFault`.
 */
export function createHallwayClient(options: HallwayClientOptions = {}): HallwayClient {
  const parts = buildClientParts(options);
  const { session, connection, conversations, presence, timelines, people, rest } = parts;
  const signedInAs = () => {
    const state = session.store.getSnapshot();
    return state.status === 'signed-in' ? state.user.id : null;
  };
  routeLiveEvents(parts);
  followConnection(parts);
  const stop = followSession(parts);
  return {
    session: toStore(session.store),
    connection: toStore(connection.store),
    conversations: toStore(conversations.store),
    online: toStore(presence.store),
    restore: () => session.restore(),
    signIn: (username, password) => session.signIn(username, password),
    signOut: () => session.signOut(),
    signInSteps: createSignInSteps(parts),
    secondFactor: createSecondFactorClient(rest),
    person: (userId) => people.find(userId),
    openTimeline: (chatRoomId) => timelines.open(signedInAs(), chatRoomId),
    watchPresence: (userIds) => presence.watch(userIds),
    ...createDirectory({ rest, people, onRoom: (chatRoom) => conversations.addRoom(chatRoom) }),
    ...createBlocks({ rest, people }),
    ...createRooms({ ...parts, onGone: (chatRoomId) => parts.sync.leave(chatRoomId) }),
    destroy() {
      session.destroy();
      stop();
      parts.ended.abort();
      parts.timers.clearAll();
    },
  };
}

function followConnection({ connection, outbox, readMarks, presence, sync }: ClientParts): void {
  connection.onOnline(() => {
    sync.wake();
    outbox.wake();
    readMarks.wake();
    presence.wake();
  });
  connection.store.subscribe(() => {
    if (!connection.isOnline()) outbox.rest();
  });
}

/** Starts everything for the person who signs in, and ends and forgets everything when they are gone. */
function followSession(parts: ClientParts): () => void {
  const { session } = parts;
  let current: string | null = null;
  const stop = () => {
    if (current !== null) stopForPerson(parts);
    current = null;
  };
  session.store.subscribe(() => {
    const state = session.store.getSnapshot();
    const next = state.status === 'signed-in' ? state.user.id : null;
    if (next === current) return;
    stop();
    if (state.status !== 'signed-in') return;
    current = next;
    parts.people.meet([state.user]);
    startForPerson(parts, state.user.id);
  });
  return stop;
}

function startForPerson({ connection, conversations, outbox, timers }: ClientParts, me: string): void {
  conversations.begin(me);
  outbox.load(me);
  connection.start();
  timers.after(listWithoutSocketMs, () => conversations.fetchUnlessBegun(me));
}

function stopForPerson(parts: ClientParts): void {
  parts.connection.stop();
  parts.sync.clear();
  parts.timelines.endAll();
  parts.outbox.unload();
  parts.readMarks.clear();
  parts.presence.clear();
  parts.conversations.clear();
  parts.people.clear();
}

/** Only what the interface names: a screen shall not be able to set a state. */
function toStore<T>({ subscribe, getSnapshot }: { subscribe: (l: () => void) => () => void; getSnapshot: () => T }) {
  return { subscribe, getSnapshot };
}
