import { dirname, join } from 'node:path';
import { createRedis } from '@hallway/platform';
import { createHistoryWriter } from '@hallway/testkit';
import mongoose from 'mongoose';
import { pino } from 'pino';
import { connect, signIn, type WireSocket } from '../../stack/wire-client.ts';
import type { Scenario, Stage } from '../scenario.ts';

type Redis = ReturnType<typeof createRedis>;

interface Told {
  userId: string;
  chatRoomId: string;
}

const writingMs = 3000;
const stepWithinMs = 60_000;
const handOutEveryMs = 5000;
const quiet = pino({ level: 'silent' });
const toId = (id: string) => new mongoose.Types.ObjectId(id);

/**
 * When everybody has written and everybody who is away has been told, everything comes again: the worker is handed all
 * events once more, as after a group that lost its position, and a device that lay in a drawer tells a read mark of long ago.
 */
export function createOldNews({ prefix }: { prefix: string }): Scenario {
  return {
    id: 'old-news',
    title: 'Events that were handled and a read mark of long ago come again',
    bars: {},
    async disturb(stage) {
      await stage.pause(writingMs);
      await stage.crowd.rest();
      const told = await untilTold(stage);
      await stage.fault('all events come again', () => handEventsOutAgain(stage, { prefix, told }));
      await stage.fault('a read mark of long ago', () => tellOldMark(stage, { prefix, told }));
    },
  };
}

/** Waits until the newest message of each room has been told to each of its members who are away. Answers whom and where. */
async function untilTold(stage: Stage): Promise<Told[]> {
  const { connection } = stage.system.mongo;
  let told: Told[] = [];
  await until(stage, 'everybody who is away was told', async () => {
    if ((await stage.crowd.states()).some(({ pending }) => pending > 0)) return false;
    const rooms = [...new Set(stage.campus.absent.flatMap((person) => person.rooms))];
    const newest = new Map<string, number>();
    for (const room of rooms) {
      const stored = await connection
        .collection('messages')
        .find({ roomId: toId(room) })
        .toArray();
      const seqs = stored.filter(({ isVoid }) => !isVoid).map(({ seq }) => Number(seq));
      if (seqs.length > 0) newest.set(room, Math.max(...seqs));
    }
    told = stage.campus.absent.flatMap(({ userId, rooms: own }) =>
      own.filter((room) => newest.has(room)).map((chatRoomId) => ({ userId, chatRoomId })),
    );
    const records = await connection.collection('notifications').find({ state: 'sent' }).toArray();
    const sent = new Set(records.map(({ userId, roomId, seq }) => `${userId} ${roomId} ${seq}`));
    return told.every(({ userId, chatRoomId }) => sent.has(`${userId} ${chatRoomId} ${newest.get(chatRoomId)}`));
  });
  if (told.length === 0) throw new Error('Nobody was away: there is nothing to tell again.');
  return told;
}

interface OldNews {
  /** Begins every key of the system. */
  prefix: string;
  told: Told[];
}

/**
 * Sets the worker's consumer group back to the beginning, and waits until it has thought of everybody once more. Again after a
 * while: an event that comes while the job of its room is about to end plans nothing.
 */
async function handEventsOutAgain(stage: Stage, { prefix, told }: OldNews): Promise<void> {
  const before = await countConsidered(stage);
  let handedOutAt = 0;
  await until(stage, 'the worker considered everybody again', async () => {
    if ((await countConsidered(stage)) >= before + told.length) return true;
    if (Date.now() - handedOutAt < handOutEveryMs) return false;
    handedOutAt = Date.now();
    await onRedis(stage, async (redis) => {
      const streams = await redis.keys(`${prefix}:*:events`);
      await Promise.all(streams.map((stream) => redis.xgroup('SETID', stream, 'worker', '0')));
    });
    return false;
  });
}

async function countConsidered({ system }: Stage): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${system.stack.internalPortOf('worker')}/metrics`);
  const counts = (await response.text()).matchAll(/^hallway_notifications_total\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/**
 * Somebody reads everything on a device of their own, and then 1 comes from it. The person has no other device: one that
 * lies open tells its newer mark again and heals what this is about. The device writes a history like any client.
 */
async function tellOldMark(stage: Stage, { prefix, told }: OldNews): Promise<void> {
  const { system, crowd } = stage;
  const [{ userId, chatRoomId }] = told as [Told];
  const { connection } = system.mongo;
  const person = await connection.collection('users').findOne({ _id: toId(userId) });
  const room = await connection.collection('rooms').findOne({ _id: toId(chatRoomId) });
  const wire = await connect(await signIn(String(person?.username), { origin: system.origin }), system.origin);
  const path = join(dirname(crowd.historyPaths[0] ?? ''), 'history-drawer.jsonl');
  const history = createHistoryWriter(path);
  const client = { client: 'a device from the drawer', userId };
  for (const seq of [Number(room?.lastSeq), 1]) {
    const { lastReadSeq } = await markRead(wire, chatRoomId, seq);
    history.record({ kind: 'ok', ...client, chatRoomId, op: 'markRead', seq, lastReadSeq });
    await until(stage, 'the read mark is stored', async () => {
      return onRedis(stage, async (redis) => (await redis.exists(`${prefix}:read-marks:${chatRoomId}`)) === 0);
    });
  }
  history.record({ kind: 'ended', ...client });
  history.close();
  crowd.historyPaths.push(path);
  wire.close();
}

async function markRead(wire: WireSocket, chatRoomId: string, upToSeq: number): Promise<{ lastReadSeq: number }> {
  const answer = (await wire.emit('markRead', { chatRoomId, upToSeq })) as { ok: boolean; lastReadSeq: number };
  if (!answer.ok) throw new Error(`A read mark was refused: ${JSON.stringify(answer)}`);
  return answer;
}

async function until({ pause }: Stage, what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + stepWithinMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`It did not come to pass within ${stepWithinMs / 1000} s that ${what}.`);
    await pause(100);
  }
}

/** A connection for one question: one that lies idle for seconds takes Redis for away. */
async function onRedis<T>({ system }: Stage, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = createRedis({ url: system.redisUrl, log: quiet, role: 'chaos', kind: 'blocking' });
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}
