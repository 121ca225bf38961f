import type { Fault } from '../scenario.ts';
import { type Spread, spreadOf } from './percentiles.ts';
import { type Acked, type Break, type RunRecords, viewKey } from './run-records.ts';

/** How quick and how whole it was, all in milliseconds. */
export interface Measures {
  /** From a message being written to its acknowledgement, the wait in the outbox included. */
  ackMs: Spread | null;
  /** From an acknowledgement to the message on each other open screen. */
  seenMs: Spread | null;
  /**
   * For each fault and client: from the fault's end until everything that was written before it is acknowledged, everything
   * that was acknowledged before it is on the client's screen, and the client is connected.
   */
  healMs: Spread | null;
  /** From a client's loss of its connection until it is connected and shows what was acknowledged by then. */
  resumeMs: Spread | null;
  /** For each fault and room: the longest that a message waited which the fault met or which was written soon after it. */
  takeOverMs: Spread | null;
  neverHealed: number;
  /** For each session that was ended: until when something still came. */
  afterAccessEndMs: number[];
}

export function measure(records: RunRecords, faults: Fault[]): Measures {
  const healed = faults.flatMap((fault) => healOf(records, fault));
  const resumed = records.breaks.flatMap((one) => (records.endedAt.has(one.client) ? [] : resumeOf(records, one)));
  const inTime = healed.filter(Number.isFinite);
  return {
    ackMs: spreadOf(records.acked.map(({ at, invokedAt }) => at - invokedAt)),
    seenMs: spreadOf(seenTimes(records)),
    healMs: spreadOf(inTime),
    resumeMs: spreadOf(resumed.filter(Number.isFinite)),
    takeOverMs: spreadOf(faults.flatMap((fault) => takeOverOf(records, fault))),
    neverHealed: healed.length - inTime.length,
    afterAccessEndMs: [...records.endedAt].map(([client, at]) =>
      Math.max(0, (records.lastHeardAt.get(client) ?? 0) - at),
    ),
  };
}

/** When a client first showed this number, and with it all before; infinite where it never did. */
function shownAt({ shown }: RunRecords, key: string, seq: number): number {
  const list = shown.get(key) ?? [];
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.seq ?? 0) >= seq) high = middle;
    else low = middle + 1;
  }
  return list[low]?.at ?? Number.POSITIVE_INFINITY;
}

function viewsByRoom({ shown }: RunRecords): Map<string, string[]> {
  return Map.groupBy(shown.keys(), (key) => key.split(' ')[1] ?? '');
}

function seenTimes(records: RunRecords): number[] {
  const views = viewsByRoom(records);
  const times = records.acked.flatMap((one) => {
    const others = (views.get(one.chatRoomId) ?? []).filter((key) => !key.startsWith(`${one.client} `));
    return others.map((key) => Math.max(0, shownAt(records, key, one.seq) - one.at));
  });
  return times.filter(Number.isFinite);
}

function largestBy(acked: Acked[], until: number): Map<string, number> {
  const largest = new Map<string, number>();
  for (const { chatRoomId, seq, at } of acked) {
    if (at <= until) largest.set(chatRoomId, Math.max(seq, largest.get(chatRoomId) ?? 0));
  }
  return largest;
}

/** One time for each client that has something to show for it; infinite where it never healed. */
export function healOf(records: RunRecords, fault: Fault): number[] {
  const clients = new Map<string, number>();
  for (const [client, at] of [
    ...shownTimes(records, fault),
    ...ackTimes(records, fault),
    ...returnTimes(records, fault),
  ]) {
    if (!records.endedAt.has(client)) clients.set(client, Math.max(clients.get(client) ?? 0, at - fault.endedAt));
  }
  return [...clients.values()];
}

type Moment = readonly [client: string, at: number];

/** When each open screen showed what was acknowledged by the end of the fault. */
function shownTimes(records: RunRecords, { endedAt }: Fault): Moment[] {
  const due = largestBy(records.acked, endedAt);
  return [...records.shown.keys()].flatMap((key): Moment[] => {
    const [client = '', chatRoomId = ''] = key.split(' ');
    const seq = due.get(chatRoomId);
    return seq === undefined ? [] : [[client, shownAt(records, key, seq)]];
  });
}

/** When what was written by the end of the fault was acknowledged. */
function ackTimes({ acked, open }: RunRecords, { endedAt }: Fault): Moment[] {
  return [...acked, ...open.map((one) => ({ ...one, at: Number.POSITIVE_INFINITY }))]
    .filter(({ invokedAt }) => invokedAt <= endedAt)
    .map(({ client, at }) => [client, at]);
}

/** A kill is heard of in the moment after it. */
const heardWithinMs = 250;

/** When the connections were back that broke in the fault. */
function returnTimes({ breaks }: RunRecords, fault: Fault): Moment[] {
  return breaks
    .map(({ client, beganAt, endedAt }) => ({ client, beganAt, endedAt: endedAt ?? Number.POSITIVE_INFINITY }))
    .filter(({ beganAt, endedAt }) => beganAt <= fault.endedAt + heardWithinMs && endedAt > fault.beganAt)
    .map(({ client, endedAt }) => [client, endedAt]);
}

function resumeOf(records: RunRecords, { client, beganAt, endedAt }: Break): number {
  if (endedAt === null) return Number.POSITIVE_INFINITY;
  const due = largestBy(records.acked, endedAt);
  const times = [...due].flatMap(([chatRoomId, seq]) => {
    const key = viewKey(client, chatRoomId);
    return records.shown.has(key) ? [shownAt(records, key, seq)] : [];
  });
  return Math.max(endedAt, ...times) - beganAt;
}

/** What was written within this time of a fault waits for it; later writes tell of something else. */
const concernedMs = 5000;

function takeOverOf({ acked }: RunRecords, { beganAt }: Fault): number[] {
  const waits = new Map<string, number>();
  for (const { chatRoomId, invokedAt, at } of acked) {
    if (at < beganAt || invokedAt > beganAt + concernedMs) continue;
    const wait = at - Math.max(invokedAt, beganAt);
    waits.set(chatRoomId, Math.max(wait, waits.get(chatRoomId) ?? 0));
  }
  return [...waits.values()];
}
