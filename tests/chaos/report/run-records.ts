import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type HistoryEvent, readHistory } from '@hallway/testkit';

export interface Acked {
  client: string;
  chatRoomId: string;
  seq: number;
  invokedAt: number;
  at: number;
}

export interface Break {
  client: string;
  beganAt: number;
  /** Null: it was still open when everything ended. */
  endedAt: number | null;
}

/** What measures are made of, times on the machine's clock. */
export interface RunRecords {
  acked: Acked[];
  /** Invoked, and neither acknowledged nor refused in the end. */
  open: { client: string; chatRoomId: string; invokedAt: number }[];
  breaks: Break[];
  /** Per client and room: the largest number on the screen, and since when; both ascending. */
  shown: Map<string, { seq: number; at: number }[]>;
  /** Per client and room: the numbers that came live. */
  received: Map<string, Set<number>>;
  /** Catch-ups that brought something: how many messages. */
  caughtUp: { client: string; chatRoomId: string; at: number; messages: number }[];
  /** From which port each client called, and since when. */
  ports: { client: string; port: number; at: number }[];
  /** Clients that were ended on purpose, or lost their session. */
  endedAt: Map<string, number>;
  /** When something last came to a client or was acknowledged to it. */
  lastHeardAt: Map<string, number>;
}

export function viewKey(client: string, chatRoomId: string): string {
  return `${client} ${chatRoomId}`;
}

export async function readRunRecords(historyPaths: string[], shownPaths: string[]): Promise<RunRecords> {
  const records: RunRecords = {
    ...{ acked: [], open: [], breaks: [], caughtUp: [], ports: [] },
    ...{ shown: new Map(), received: new Map(), endedAt: new Map(), lastHeardAt: new Map() },
  };
  for (const path of historyPaths) await readOne(path, records);
  for (const path of shownPaths) await readShown(path, records);
  return records;
}

async function readOne(path: string, records: RunRecords): Promise<void> {
  const sends = trackSends(records);
  const connections = trackConnections(records);
  for await (const event of readHistory(path)) {
    if (event.kind === 'marker' || event.kind === 'notified') continue;
    noteTimes(event, records);
    noteMessages(event, records);
    if (event.kind === 'connected' || event.kind === 'disconnected') connections.add(event);
    if ('op' in event && event.op === 'send') sends.add(event);
  }
  sends.finish();
  connections.finish();
}

function noteTimes({ kind, client, wallAt }: Exclude<HistoryEvent, { kind: 'marker' }>, records: RunRecords): void {
  if (kind === 'received' || kind === 'ok') records.lastHeardAt.set(client, wallAt);
  if (kind === 'ended' || kind === 'accessEnded') records.endedAt.set(client, wallAt);
}

function noteMessages(event: HistoryEvent, { received, caughtUp }: RunRecords): void {
  if (event.kind === 'received') entryOf(received, viewKey(event.client, event.chatRoomId)).add(event.message.seq);
  if (event.kind !== 'resumed' || event.seqs.length === 0) return;
  const { client, chatRoomId, wallAt, seqs } = event;
  caughtUp.push({ client, chatRoomId, at: wallAt, messages: seqs.length });
}

function entryOf(sets: Map<string, Set<number>>, key: string): Set<number> {
  const known = sets.get(key) ?? new Set();
  sets.set(key, known);
  return known;
}

type SendEvent = Extract<HistoryEvent, { op: 'send' }>;

function trackSends(records: RunRecords) {
  const open = new Map<string, RunRecords['open'][number]>();
  return {
    add(event: SendEvent): void {
      const { client, chatRoomId, clientMessageId, wallAt } = event;
      if (event.kind === 'invoke') {
        open.set(clientMessageId, { client, chatRoomId, invokedAt: wallAt });
        return;
      }
      const invokedAt = open.get(clientMessageId)?.invokedAt ?? wallAt;
      if (event.kind === 'ok') records.acked.push({ client, chatRoomId, seq: event.seq, invokedAt, at: wallAt });
      open.delete(clientMessageId);
    },
    finish: () => void records.open.push(...open.values()),
  };
}

function trackConnections({ breaks }: RunRecords) {
  const open = new Map<string, Break>();
  return {
    add({ kind, client, wallAt: at }: Pick<HistoryEvent & { client: string }, 'kind' | 'client' | 'wallAt'>): void {
      const broken = open.get(client);
      if (kind === 'connected' && broken) breaks.push({ ...broken, endedAt: at });
      open.delete(client);
      if (kind === 'disconnected') open.set(client, { client, beganAt: at, endedAt: null });
    },
    finish: () => void breaks.push(...open.values()),
  };
}

type ShownLine =
  | { client: string; at: number; chatRoomId: string; seq: number }
  | { client: string; at: number; port: number };

async function readShown(path: string, { shown, ports }: RunRecords): Promise<void> {
  for await (const text of createInterface({ input: createReadStream(path) })) {
    const line = JSON.parse(text) as ShownLine;
    if ('port' in line) {
      ports.push(line);
      continue;
    }
    const key = viewKey(line.client, line.chatRoomId);
    const list = shown.get(key) ?? [];
    list.push({ seq: line.seq, at: line.at });
    shown.set(key, list);
  }
}
