import { createHallwayClient } from '@hallway/client';
import type { HistoryWriter } from '@hallway/testkit';
import { createRandom, type Random } from '../random.ts';
import { writeContent } from './contents.ts';
import type { ActorPlan, CrowdCounts } from './crowd-protocol.ts';
import type { HttpTap } from './http-tap.ts';
import { createScreen } from './screen.ts';
import { createToldSends } from './told-sends.ts';
import { patiently, until } from './until.ts';
import { createWireHistory } from './wire-history.ts';
import { sessionOfToken, type WireListener } from './wire-tap.ts';

export interface ActorDeps {
  plan: ActorPlan;
  origin: string;
  password: string;
  history: HistoryWriter;
  counts: CrowdCounts;
  http: HttpTap;
  /** Whose session a socket's token belongs to. */
  listeners: Map<string, WireListener>;
  onShown: Parameters<typeof createScreen>[0]['onShown'];
  onConnected: (connected: { client: string; port: number; at: number }) => void;
}

// On a machine that is busy with other things.
const signInWithinMs = 120_000;
const openWithinMs = 60_000;
// A person looks at their badge now and then.
const lookAtCountsMs = 2000;
// Far below the 500 that the SDK keeps: who cannot send for a while stops typing.
const mostPending = 200;

/** One person with one device: the SDK as an application uses it, and a history of what it was told and what it shows. */
export function createActor(deps: ActorDeps) {
  const { plan, origin, password, history, counts, http, listeners, onShown, onConnected } = deps;
  const { client: name, userId } = plan;
  const me = { name, userId, history, counts };
  const rooms = new Set(plan.rooms);
  const random = createRandom(plan.seed);
  const onPort = (port: number) => onConnected({ client: name, port, at: Date.now() });
  const findOnScreen = (chatRoomId: string, clientMessageId: string) => {
    const drawn = screen.timelines.get(chatRoomId)?.getSnapshot().messages ?? [];
    return drawn.findLast((message) => message.clientMessageId === clientMessageId)?.stored ?? undefined;
  };
  const sends = createToldSends({ ...me, client: name, findOnScreen });
  const client = createHallwayClient({
    ...{ origin, storage: sends.storage, tabs: null },
    onFault: ({ at }) => {
      counts.faults[at] = (counts.faults[at] ?? 0) + 1;
    },
  });
  const screen = createScreen({ ...me, client, rooms, random, onShown });
  const writing = createWriting(random, () => write());
  let written = 0;
  let lookTimer: NodeJS.Timeout | undefined;

  async function start(): Promise<string[]> {
    screen.watchConnection();
    await signIn();
    for (const person of plan.directWith) {
      const chatRoom = await patiently(() => client.openDirectRoom(person), openWithinMs);
      rooms.add(chatRoom.id);
      screen.open(chatRoom.id);
    }
    for (const chatRoomId of plan.openRooms) screen.open(chatRoomId);
    const isListed = () => client.conversations.getSnapshot().status === 'ready';
    const isOnline = () => client.connection.getSnapshot().status === 'online';
    await until(() => isListed() && isOnline() && screen.allLoaded(), openWithinMs);
    lookTimer = setInterval(screen.lookAtCounts, lookAtCountsMs);
    return [...rooms];
  }

  /** The session is known to the tap before the SDK can open a socket with it. */
  async function signIn(): Promise<void> {
    const listener = createWireHistory({ ...me, client: name, sends, onPort });
    const onToken = (token: string) => void listeners.set(sessionOfToken(token), listener);
    const enter = () => client.signIn(plan.username, password);
    await patiently(() => http.signIn(onToken, enter), signInWithinMs);
  }

  function write(): void {
    if (screen.timelines.size === 0 || client.session.getSnapshot().status !== 'signed-in') return;
    const timeline = random.pick([...screen.timelines.values()]);
    const { lastSeq, status } = timeline.getSnapshot();
    if (random.chance(0.2)) timeline.markRead(lastSeq);
    if (random.chance(0.1)) timeline.setTyping(true);
    if (status === 'failed' || sends.pending() >= mostPending) return;
    written += 1;
    timeline.send(writeContent(random, `${name} ${written}`));
  }

  return {
    start,
    write: writing.begin,
    rest: writing.end,
    toState: () => screen.toState(sends.pending()),
    tellFinalViews: screen.tellFinalViews,
    noteAccessEnded: () => history.record({ kind: 'accessEnded', client: name, userId, chatRoomId: null }),
    stop(): void {
      writing.end();
      clearInterval(lookTimer);
      client.destroy();
    },
  };
}

export type Actor = ReturnType<typeof createActor>;

/** Calls at random moments, so many a second on average. */
function createWriting(random: Random, onTurn: () => void) {
  let timer: NodeJS.Timeout | undefined;
  function begin(perSecond: number): void {
    // Whoever writes already goes on at the new pace.
    clearTimeout(timer);
    timer = setTimeout(() => {
      onTurn();
      begin(perSecond);
    }, random.nextArrivalMs(perSecond));
  }
  return { begin, end: () => clearTimeout(timer) };
}
