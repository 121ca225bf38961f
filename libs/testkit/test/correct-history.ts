import type { DatabaseDump, DumpedMessage, HistoryEvent, SeenMessage, UnstampedEvent } from '@hallway/testkit';
import { digestContent } from '@hallway/testkit';
import fc from 'fast-check';

/** How a send ended, for its sender and in truth. */
export type Ending =
  | 'ok'
  | 'retried'
  | 'fail'
  | 'unknown-stored'
  | 'unknown-absent'
  | 'pending-stored'
  | 'pending-absent';

export interface SendPlan {
  by: number;
  ending: Ending;
  /** Whether a number is lost to a void message before this one. */
  voidBefore: boolean;
}

export interface RoomPlan {
  /** Places among the people; the first one has a second device. */
  members: number[];
  sends: SendPlan[];
  /** How far each member says they have read, of 4 quarters. */
  quartersRead: number[];
}

/** One send as it was meant and as it is stored. */
export interface Send {
  by: string;
  clientMessageId: string;
  digest: string;
  ending: Ending;
  row: DumpedMessage | null;
}

/** What happened in one room: `renderHistory` makes events and a dump of it, which agree whatever stands here. */
export interface RoomStory {
  id: string;
  members: string[];
  sends: Send[];
  rows: DumpedMessage[];
  marks: Map<string, number>;
  readTo: Map<string, number>;
}

export interface History {
  events: HistoryEvent[];
  dump: DatabaseDump;
}

const isStored = (ending: Ending) => !['fail', 'unknown-absent', 'pending-absent'].includes(ending);

export function tellRoom(plan: RoomPlan, number: number): RoomStory {
  const id = `room${number}`;
  const members = plan.members.map((place) => `p${place}`);
  const story: RoomStory = { id, members, sends: [], rows: [], marks: new Map(), readTo: new Map() };
  for (const [place, send] of plan.sends.entries()) addSend(story, send, place);
  const head = headOf(story);
  members.forEach((userId, place) => {
    const readTo = Math.floor((head * (plan.quartersRead[place % plan.quartersRead.length] ?? 0)) / 4);
    const own = story.rows.filter((row) => row.senderId === userId && !row.isVoid).at(-1)?.seq ?? 0;
    story.readTo.set(userId, readTo);
    story.marks.set(userId, Math.max(readTo, own));
  });
  return story;
}

function addSend(story: RoomStory, plan: SendPlan, place: number): void {
  const by = story.members[plan.by % story.members.length] as string;
  const clientMessageId = `${story.id}-${place}`;
  const digest = digestContent(`content ${clientMessageId}`);
  if (plan.voidBefore && isStored(plan.ending)) {
    addRow(story, { senderId: by, clientMessageId: `void-${clientMessageId}`, digest: null, isVoid: true });
  }
  const row = isStored(plan.ending) ? addRow(story, { senderId: by, clientMessageId, digest, isVoid: false }) : null;
  story.sends.push({ by, clientMessageId, digest, ending: plan.ending, row });
}

type RowFields = Pick<DumpedMessage, 'senderId' | 'clientMessageId' | 'digest' | 'isVoid'>;

export function addRow(story: RoomStory, fields: RowFields): DumpedMessage {
  const seq = headOf(story) + 1;
  const row = { id: `m-${story.id}-${story.rows.length}`, chatRoomId: story.id, seq, ...fields };
  story.rows.push(row);
  return row;
}

export function headOf({ rows }: RoomStory): number {
  return rows.reduce((head, { seq }) => Math.max(head, seq), 0);
}

/** Gives every message of the room another number, wherever it is told. */
export function renumber(story: RoomStory, to: (seq: number) => number): void {
  for (const row of story.rows) row.seq = to(row.seq);
  for (const marks of [story.marks, story.readTo])
    for (const [who, mark] of marks) marks.set(who, mark === 0 ? 0 : to(mark));
}

export function toSeen({ seq, id, senderId, clientMessageId, digest }: DumpedMessage): SeenMessage {
  return { seq, messageId: id, senderId, clientMessageId, digest: digest ?? '' };
}

/** Clients of a person: the first one of all has two devices, of which the second keeps only the end of a room. */
export function clientsOf(userId: string): string[] {
  return userId === 'p0' ? ['p0/phone', 'p0/laptop'] : [`${userId}/phone`];
}

export function renderHistory(stories: RoomStory[]): History {
  const events: HistoryEvent[] = [];
  const say = (event: UnstampedEvent) => {
    const at = events.length * 10;
    events.push({ at, wallAt: 1_700_000_000_000 + at, ...event } as HistoryEvent);
  };
  say({ kind: 'marker', label: 'started', facts: { rooms: stories.length } });
  for (const story of stories) renderLive(story, say);
  say({ kind: 'marker', label: 'quiet' });
  for (const story of stories) renderEnd(story, say);
  return { events, dump: renderDump(stories) };
}

type Say = (event: UnstampedEvent) => void;

function renderLive(story: RoomStory, say: Say): void {
  story.sends.forEach((send, place) => {
    renderSend(story, send, say);
    if (send.row) renderDelivery(story, send.row, { place, say });
  });
  // An attempt that was never answered is known to be so only when its client has stopped waiting.
  for (const send of story.sends) {
    if (!send.ending.startsWith('unknown')) continue;
    say({ kind: 'unknown', ...toOperation(story, send), error: 'timeout' });
  }
}

function renderSend(story: RoomStory, send: Send, say: Say): void {
  const operation = toOperation(story, send);
  say({ kind: 'invoke', ...operation });
  if (send.ending === 'retried') {
    say({ kind: 'unknown', ...operation, error: 'OUTCOME_UNKNOWN' });
    say({ kind: 'invoke', ...operation });
  }
  if (send.ending === 'fail') say({ kind: 'fail', ...operation, error: 'RATE_LIMITED' });
  if ((send.ending === 'ok' || send.ending === 'retried') && send.row) {
    say({ kind: 'ok', ...operation, seq: send.row.seq, messageId: send.row.id });
  }
}

function toOperation({ id }: RoomStory, { by, clientMessageId, digest }: Send) {
  const [client = ''] = clientsOf(by);
  return { client, userId: by, op: 'send' as const, chatRoomId: id, clientMessageId, digest };
}

/** Live delivery is a hint: some of it never comes, some of it twice. */
function renderDelivery(story: RoomStory, row: DumpedMessage, { place, say }: { place: number; say: Say }): void {
  story.members.forEach((userId, member) => {
    const times = [1, 1, 0, 1, 2][(place + member * 3) % 5] ?? 1;
    const [client = ''] = clientsOf(userId);
    for (let time = 0; time < times; time += 1) {
      say({ kind: 'received', client, userId, chatRoomId: story.id, message: toSeen(row) });
    }
  });
}

function renderEnd(story: RoomStory, say: Say): void {
  const lastSeq = headOf(story);
  for (const userId of story.members) {
    const lastReadSeq = story.marks.get(userId) ?? 0;
    const numbers = { lastSeq, lastReadSeq, unread: lastSeq - lastReadSeq };
    for (const client of clientsOf(userId)) {
      const actor = { client, userId, chatRoomId: story.id };
      if (client.endsWith('phone')) renderReading(story, { actor, say });
      say({ kind: 'read', ...actor, ...numbers });
      const fromSeq = client.endsWith('laptop') ? Math.ceil((lastSeq + 1) / 2) : 1;
      renderView(story, { final: { kind: 'final', ...actor, ...numbers, fromSeq, messages: [] }, say });
    }
  }
  renderNotification(story, say);
}

type ViewFrame = Extract<UnstampedEvent, { kind: 'final' }>;

/** A view in two events, as a client with a long room would write it. */
function renderView(story: RoomStory, { final, say }: { final: ViewFrame; say: Say }): void {
  const shown = story.rows
    .filter((row) => !row.isVoid && row.seq >= final.fromSeq)
    .sort((a, b) => a.seq - b.seq)
    .map(toSeen);
  const half = Math.ceil(shown.length / 2);
  say({ ...final, messages: shown.slice(0, half) });
  say({ ...final, messages: shown.slice(half) });
}

interface Actor {
  client: string;
  userId: string;
  chatRoomId: string;
}

function renderReading(story: RoomStory, { actor, say }: { actor: Actor; say: Say }): void {
  const seqs = story.rows.map((row) => row.seq).sort((a, b) => a - b);
  const afterSeq = Math.floor(seqs.length / 3);
  say({ kind: 'disconnected', client: actor.client, userId: actor.userId, reason: 'transport close' });
  say({ kind: 'connected', client: actor.client, userId: actor.userId });
  const missed = seqs.filter((seq) => seq > afterSeq);
  say({ kind: 'resumed', ...actor, afterSeq, lastSeq: headOf(story), complete: true, seqs: missed });
  say({ kind: 'resumed', ...actor, afterSeq: 0, lastSeq: headOf(story), complete: false, seqs: seqs.slice(0, 2) });
  const seq = story.readTo.get(actor.userId) ?? 0;
  if (seq === 0) return;
  say({ kind: 'invoke', op: 'markRead', ...actor, seq });
  say({ kind: 'ok', op: 'markRead', ...actor, seq, lastReadSeq: story.marks.get(actor.userId) ?? 0 });
}

/** The last member is told of the newest message. */
function renderNotification(story: RoomStory, say: Say): void {
  const newest = story.rows.filter((row) => !row.isVoid).at(-1);
  const userId = story.members.at(-1);
  if (!newest || !userId) return;
  const told = { userId, chatRoomId: story.id, messageId: newest.id };
  for (const channel of ['push', 'email']) say({ kind: 'notified', client: 'push-service', ...told, channel });
}

function renderDump(stories: RoomStory[]): DatabaseDump {
  return {
    rooms: stories.map((story) => ({ id: story.id, type: 'group', lastSeq: headOf(story) })),
    memberships: stories.flatMap(({ id, members }) => members.map((userId) => ({ chatRoomId: id, userId }))),
    messages: stories.flatMap((story) => story.rows.map((row) => ({ ...row }))),
    readMarks: stories.flatMap(({ id, marks }) =>
      [...marks].map(([userId, lastReadSeq]) => ({ chatRoomId: id, userId, lastReadSeq })),
    ),
    notifications: stories.flatMap(({ rows, members }) => {
      const newest = rows.filter((row) => !row.isVoid).at(-1);
      const told = newest ? [{ userId: members.at(-1) ?? '', messageId: newest.id, state: 'sent' }] : [];
      return told.flatMap((one) => [
        { ...one, channel: 'push' },
        { ...one, channel: 'email' },
      ]);
    }),
  };
}

const endings: Ending[] = [
  'ok',
  'retried',
  'fail',
  'unknown-stored',
  'unknown-absent',
  'pending-stored',
  'pending-absent',
];

const sendPlan: fc.Arbitrary<SendPlan> = fc.record({
  by: fc.nat(5),
  ending: fc.oneof({ weight: 4, arbitrary: fc.constant<Ending>('ok') }, fc.constantFrom(...endings)),
  voidBefore: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
});

const roomPlan: fc.Arbitrary<RoomPlan> = fc.record({
  members: fc.uniqueArray(fc.nat(5), { minLength: 2, maxLength: 5 }),
  sends: fc.array(sendPlan, { maxLength: 30 }),
  quartersRead: fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }),
});

/** Any number of rooms in which anything happened that may happen. */
export const anyStories: fc.Arbitrary<() => RoomStory[]> = fc
  .array(roomPlan, { minLength: 1, maxLength: 4 })
  .map((plans) => () => plans.map(tellRoom));
