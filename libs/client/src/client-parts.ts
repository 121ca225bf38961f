import { Connection } from './connection.ts';
import { Conversations } from './conversations.ts';
import { createCookieFetch } from './cookie-fetch.ts';
import type { FaultListener } from './faults.ts';
import { createFetchHistory } from './history.ts';
import { createHttp, type Fetch } from './http.ts';
import { findNetworkState, type NetworkState } from './network-state.ts';
import { Outbox } from './outbox.ts';
import { createIndexedDbOutboxStorage } from './outbox-storage-indexeddb.ts';
import { createMemoryOutboxStorage } from './outbox-storage-memory.ts';
import { createPeopleCache } from './people-cache.ts';
import { Presence } from './presence.ts';
import { ReadMarks } from './read-marks.ts';
import { createRest } from './rest.ts';
import { SessionKeeper } from './session.ts';
import { Sync } from './sync.ts';
import { findBrowserTabs, type Tabs } from './tabs.ts';
import type { TimelineData } from './timeline-data.ts';
import { Timelines } from './timelines.ts';
import { createTimers } from './timers.ts';
import type { OutboxStorage } from './types.ts';

export interface HallwayClientOptions {
  /** Where Hallway is, without a slash at the end. Empty, the default, means the origin of the page. */
  origin?: string;
  /** Default: IndexedDB where there is one, otherwise memory. */
  storage?: OutboxStorage;
  /** Default: the browser's, or elsewhere one that keeps the refresh cookie. */
  fetch?: Fetch;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Of jitter: from 0 to below 1. */
  random?: () => number;
  /** What the tabs of one browser share; null keeps this client to itself. */
  tabs?: Tabs | null;
  /** Whether the machine has a network. */
  network?: NetworkState;
  /** Hears of everything that went wrong out of sight of a caller. The client writes no log of its own. */
  onFault?: FaultListener;
}

export type ClientParts = ReturnType<typeof buildClientParts>;

/** Builds the parts of a client and ties them together. Nothing runs before somebody signs in. */
export function buildClientParts(options: HallwayClientOptions) {
  const onFault = options.onFault ?? (() => undefined);
  const { origin = '', now = Date.now, random = Math.random } = options;
  const tabs = options.tabs === undefined ? findBrowserTabs(onFault) : options.tabs;
  const ended = new AbortController();
  const timers = createTimers(onFault);
  const shared = { timers, now, random, onFault };
  const sendRequest = createHttp({ origin, fetch: options.fetch ?? findFetch(), ended: ended.signal });
  const onWaiting = (inMs: number) => connection.showWaiting(inMs);
  const session = new SessionKeeper({ ...shared, sendRequest, tabs, onWaiting });
  const network = options.network ?? findNetworkState();
  const connection: Connection = new Connection({ ...shared, origin, session, network });
  const rest = createRest(sendRequest, session);
  const fetchHistory = createFetchHistory(rest);
  const people = createPeopleCache();
  const conversations = new Conversations({ ...shared, rest, fetchHistory, people });
  const readMarks = new ReadMarks({ ...shared, connection });
  const presence = new Presence({ ...shared, connection });
  const outbox: Outbox = new Outbox({
    ...shared,
    storage: options.storage ?? findStorage(),
    connection,
    rest,
    tabs,
    onStored: (message) => timelines.find(message.chatRoomId)?.dispatch({ type: 'messages', messages: [message] }),
    onChanged: (chatRoomId) => timelines.refreshOutbox(chatRoomId),
  });
  const timelines: Timelines = new Timelines({
    ...shared,
    connection,
    fetchHistory,
    isCatchingUp: () => sync.isCatchingUp(),
    outbox,
    onRead: (chatRoomId, upToSeq) => readUpTo({ timelines, conversations, readMarks }, chatRoomId, upToSeq),
    onChange: (chatRoomId, data, before) => {
      if (data.chatRoom !== null && data.chatRoom !== before.chatRoom) people.meetRoom(data.chatRoom);
      if (data.placed !== before.placed || data.held !== before.held || data.marks !== before.marks) {
        onTimelineChange({ conversations, outbox }, chatRoomId, data);
      }
    },
  });
  const sync: Sync = new Sync({ ...shared, connection, conversations, timelines, outbox, readMarks });
  return {
    ...{ sendRequest, session, connection, rest, people, conversations, readMarks, presence, outbox, timelines, sync },
    ...{ timers, ended },
  };
}

type ReadParts = Pick<ClientParts, 'timelines' | 'conversations' | 'readMarks'>;

/** Shown at once; a mark never falls, so the server's answer can only agree or know more. */
function readUpTo({ timelines, conversations, readMarks }: ReadParts, chatRoomId: string, lastReadSeq: number): void {
  const { me } = conversations.data;
  timelines.find(chatRoomId)?.dispatch({ type: 'read', userId: me, lastReadSeq });
  conversations.dispatch({ type: 'read', chatRoomId, userId: me, lastReadSeq });
  readMarks.mark(chatRoomId, lastReadSeq);
}

type ChangeParts = Pick<ClientParts, 'conversations' | 'outbox'>;

/** What a timeline learned by joining or by repair concerns the list and the outbox as well. */
function onTimelineChange({ conversations, outbox }: ChangeParts, chatRoomId: string, data: TimelineData): void {
  const { me, lastSeq } = data;
  const message = data.placed.findLast(({ isVoid }) => !isVoid);
  conversations.dispatch(
    ...(message === undefined ? [] : [{ type: 'message' as const, message }]),
    { type: 'heard', chatRoomId, lastSeq },
    { type: 'read', chatRoomId, userId: me, lastReadSeq: data.marks[me] ?? 0 },
  );
  if (outbox.waiting(chatRoomId).length === 0) return;
  for (const stored of [...data.placed, ...data.held]) if (stored.senderId === me) outbox.confirm(stored);
}

function findStorage(): OutboxStorage {
  return typeof indexedDB === 'undefined' ? createMemoryOutboxStorage() : createIndexedDbOutboxStorage();
}

function findFetch(): Fetch {
  const send: Fetch = (url, init) => globalThis.fetch(url, init);
  return typeof document === 'undefined' ? createCookieFetch(send) : send;
}
