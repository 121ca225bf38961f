import mongoose from 'mongoose';
import type { ActorState, ShownRoom } from './crowd/crowd-protocol.ts';
import type { Crowd } from './crowd.ts';
import type { ChaosSystem } from './system.ts';

export interface Settled {
  /** Null: it never came to rest. */
  withinMs: number | null;
  /** What was still different, when the time was over. */
  left: string[];
}

interface Truth {
  lastSeq: Map<string, number>;
  /** The last number with a message; later ones are void. */
  lastShown: Map<string, number>;
  marks: Map<string, number>;
}

const lookEveryMs = 500;
// A busy machine may need long for what has piled up; one on which nothing gets better at all is not waited for.
const mostTimes = 5;

/**
 * Waits until every outbox is empty and every client shows what the database says, counts included. Gives up when nothing got
 * better for `withinMs`, and after five times that in any case.
 */
export async function settle(system: ChaosSystem, crowd: Crowd, withinMs: number): Promise<Settled> {
  const beganAt = Date.now();
  const best = { left: Number.POSITIVE_INFINITY, at: beganAt };
  for (;;) {
    const [truth, states] = [await readTruth(system, [...crowd.rooms]), await crowd.states()];
    const left = states.flatMap((state) => differencesOf(state, truth));
    const now = Date.now();
    if (left.length === 0) return { withinMs: now - beganAt, left };
    const open = left.length + states.reduce((sum, { pending }) => sum + pending, 0);
    if (open < best.left) Object.assign(best, { left: open, at: now });
    if (now - best.at > withinMs || now - beganAt > mostTimes * withinMs) {
      return { withinMs: null, left: left.slice(0, 20) };
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

async function readTruth({ mongo: { connection } }: ChaosSystem, roomIds: string[]): Promise<Truth> {
  const ids = roomIds.map((id) => new mongoose.Types.ObjectId(id));
  const rooms = await connection
    .collection('rooms')
    .find({ _id: { $in: ids } })
    .toArray();
  const voids = await connection
    .collection('messages')
    .find({ roomId: { $in: ids }, isVoid: true })
    .toArray();
  const marks = await connection
    .collection('readMarks')
    .find({ roomId: { $in: ids } })
    .toArray();
  const voidKeys = new Set(voids.map(({ roomId, seq }) => `${roomId} ${seq}`));
  const lastSeq = new Map(rooms.map(({ _id, lastSeq: seq }) => [String(_id), Number(seq)]));
  const lastShown = new Map([...lastSeq].map(([id, seq]) => [id, stepBack(seq, (at) => voidKeys.has(`${id} ${at}`))]));
  return {
    ...{ lastSeq, lastShown },
    marks: new Map(marks.map(({ roomId, userId, lastReadSeq }) => [`${roomId} ${userId}`, Number(lastReadSeq)])),
  };
}

function stepBack(from: number, isVoid: (seq: number) => boolean): number {
  let seq = from;
  while (seq > 0 && isVoid(seq)) seq -= 1;
  return seq;
}

function differencesOf({ client, userId, signedIn, online, pending, rooms }: ActorState, truth: Truth): string[] {
  if (!signedIn) return [];
  if (!online) return [`${client} is not connected`];
  const inRooms = Object.entries(rooms).flatMap(([id, shown]) => {
    const difference = differenceOf(shown, { id, userId, truth });
    return difference === null ? [] : [`${client} ${difference} in ${id}`];
  });
  return pending === 0 ? inRooms : [`${client} has ${pending} messages in its outbox`, ...inRooms];
}

function differenceOf(
  { shownSeq, lastSeq, lastReadSeq, unread }: ShownRoom,
  { id, userId, truth }: { id: string; userId: string; truth: Truth },
): string | null {
  const [head = 0, shown = 0] = [truth.lastSeq.get(id), truth.lastShown.get(id)];
  const mark = truth.marks.get(`${id} ${userId}`) ?? 0;
  if (shownSeq !== shown) return `shows ${shownSeq} of ${shown}`;
  if (lastSeq !== head) return `knows the end ${lastSeq} of ${head}`;
  if (lastReadSeq !== mark) return `has read up to ${lastReadSeq}, stored is ${mark},`;
  return unread === head - mark ? null : `counts ${unread} unread of ${head - mark}`;
}
