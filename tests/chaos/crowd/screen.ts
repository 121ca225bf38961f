import type { HallwayClient, Timeline } from '@hallway/client';
import { digestContent, type HistoryWriter } from '@hallway/testkit';
import type { Random } from '../random.ts';
import type { ActorState, CrowdCounts, ShownRoom } from './crowd-protocol.ts';
import { until } from './until.ts';

interface ScreenDeps {
  client: HallwayClient;
  /** Of the actor, in the history. */
  name: string;
  userId: string;
  rooms: Set<string>;
  random: Random;
  history: HistoryWriter;
  counts: CrowdCounts;
  /** A message has come on the screen of an open room, without a hole before it. */
  onShown: (shown: { client: string; chatRoomId: string; seq: number; at: number }) => void;
}

// A view that is told before it has loaded would look as if something were lost.
const loadWithinMs = 60_000;

/** What one client shows: the rooms that lie open, the list of conversations, and the final view of everything. */
export function createScreen({ client, name, userId, rooms, random, history, counts, onShown }: ScreenDeps) {
  const timelines = new Map<string, Timeline>();

  /** Once for each time that it comes up. */
  const noteState = createErrorNotes(counts);

  function open(chatRoomId: string): void {
    const timeline = client.openTimeline(chatRoomId);
    timelines.set(chatRoomId, timeline);
    let shownUpTo = 0;
    timeline.subscribe(() => {
      noteState('a room', timeline.getSnapshot().status);
      const last = lastPlaced(timeline);
      if (last <= shownUpTo) return;
      onShown({ client: name, chatRoomId, seq: last, at: Date.now() });
      shownUpTo = last;
    });
  }

  function watchConnection(): void {
    let online = false;
    client.conversations.subscribe(() => noteState('the list', client.conversations.getSnapshot().status));
    client.connection.subscribe(() => {
      const { status } = client.connection.getSnapshot();
      noteState('the connection', status);
      const now = status === 'online';
      if (now === online) return;
      online = now;
      if (!now) counts.reconnects += 1;
      history.record({ kind: now ? 'connected' : 'disconnected', client: name, userId });
    });
  }

  function roomsOf(): Record<string, ShownRoom> {
    const { conversations } = client.conversations.getSnapshot();
    const listed = new Map(conversations.map((one) => [one.chatRoom.id, one]));
    const shown = [...rooms].map((id): [string, ShownRoom] => {
      const line = listed.get(id);
      const timeline = timelines.get(id);
      const shownSeq = timeline ? lastPlaced(timeline) : (line?.lastMessage?.seq ?? 0);
      const [lastReadSeq, unread] = [line?.lastReadSeq ?? -1, line?.unread ?? -1];
      return [id, { shownSeq, lastSeq: line?.chatRoom.lastSeq ?? -1, lastReadSeq, unread }];
    });
    return Object.fromEntries(shown);
  }

  async function tellFinalView(chatRoomId: string): Promise<void> {
    const timeline = timelines.get(chatRoomId) ?? client.openTimeline(chatRoomId);
    await until(() => isLoaded(timeline), loadWithinMs);
    await loadAll(timeline);
    const { messages, hasOlder } = timeline.getSnapshot();
    const { lastSeq = 0, lastReadSeq = 0, unread = 0 } = roomsOf()[chatRoomId] ?? {};
    const drawn = messages.map(({ seq, stored, senderId, clientMessageId, content }) => {
      const messageId = seq === null ? null : (stored?.id ?? null);
      return { seq, messageId, senderId, clientMessageId, digest: digestContent(content) };
    });
    const fromSeq = hasOlder ? (drawn[0]?.seq ?? 1) : 1;
    const numbers = { lastSeq, lastReadSeq, unread };
    history.record({ kind: 'final', client: name, userId, chatRoomId, fromSeq, messages: drawn, ...numbers });
  }

  return {
    timelines,
    open,
    watchConnection,
    allLoaded: () => [...timelines.values()].every(isLoaded),
    /** The person looks at the badge of some room. */
    lookAtCounts(): void {
      const line = client.conversations.getSnapshot().conversations.find(() => random.chance(0.3));
      if (line === undefined) return;
      const numbers = { lastSeq: line.chatRoom.lastSeq, lastReadSeq: line.lastReadSeq, unread: line.unread };
      history.record({ kind: 'read', client: name, userId, chatRoomId: line.chatRoom.id, ...numbers });
    },
    toState(pending: number): ActorState {
      const signedIn = client.session.getSnapshot().status === 'signed-in';
      const online = client.connection.getSnapshot().status === 'online';
      return { client: name, userId, signedIn, online, pending, rooms: roomsOf() };
    },
    async tellFinalViews(): Promise<void> {
      if (client.session.getSnapshot().status !== 'signed-in') return;
      for (const chatRoomId of rooms) await tellFinalView(chatRoomId);
    },
  };
}

/** States that a person takes for an error: everything but being there, loading, and coming back. */
function createErrorNotes({ errorsShown }: CrowdCounts) {
  const states = new Map<string, string>();
  return function noteState(what: string, status: string): void {
    if (states.get(what) === status) return;
    states.set(what, status);
    if (status !== 'failed' && status !== 'offline') return;
    const shown = `${what} is ${status}`;
    errorsShown[shown] = (errorsShown[shown] ?? 0) + 1;
  };
}

/** All pages of history. One that was refused is asked for again after a moment. */
async function loadAll(timeline: Timeline): Promise<void> {
  const end = Date.now() + loadWithinMs;
  while (timeline.getSnapshot().hasOlder && Date.now() < end) {
    const before = timeline.getSnapshot().messages.length;
    await timeline.loadOlder();
    if (timeline.getSnapshot().messages.length === before) await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function lastPlaced(timeline: Timeline): number {
  return timeline.getSnapshot().messages.findLast((message) => message.seq !== null)?.seq ?? 0;
}

function isLoaded(timeline: Timeline): boolean {
  return timeline.getSnapshot().status !== 'loading';
}
