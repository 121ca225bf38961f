import { randomBytes } from 'node:crypto';
import { createRedis } from '@hallway/platform';
import type { Engine, Engines } from '@hallway/tools/engines';
import type { Connection } from 'mongoose';
import { pino } from 'pino';

const quiet = pino({ level: 'silent' });
const scannedAtOnce = 500;

/** On a Redis that somebody named the keys of a run begin with this, and only they are ever deleted. */
const ownPrefix = process.env.REDIS_PREFIX || `hallway-chaos-${randomBytes(4).toString('hex')}`;

/**
 * Where a run keeps its data. Engines of ours are in a folder that is gone with the run; a database that somebody named by its
 * URL may hold their data, so that the run takes one beside it, and drops it in the end.
 */
export function openOwnDatabase({ mongo, redis }: Pick<Engines, 'mongo' | 'redis'>) {
  const isOurs = mongo.kind !== 'uri';
  const url = new URL(mongo.url);
  if (!isOurs) url.pathname = `/hallway-chaos-${randomBytes(4).toString('hex')}`;
  return {
    mongoUrl: url.toString(),
    env: redis.kind === 'uri' ? { REDIS_PREFIX: ownPrefix } : {},
    async leave(connection: Connection): Promise<void> {
      if (!isOurs) await connection.dropDatabase();
    },
  };
}

/** `FLUSHALL`; on a Redis that is not ours the same for our own keys, without touching anybody else's. */
export async function emptyRedis({ url, kind }: Pick<Engine, 'url' | 'kind'>): Promise<void> {
  const redis = createRedis({ url, log: quiet, role: 'chaos', kind: 'blocking' });
  try {
    if (kind !== 'uri') {
      await redis.flushall();
      return;
    }
    let cursor = '0';
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `*${ownPrefix}*`, 'COUNT', scannedAtOnce);
      if (keys.length > 0) await redis.unlink(keys);
      cursor = next;
    } while (cursor !== '0');
  } finally {
    redis.disconnect();
  }
}

/** Asks the primary of a replica set to be none for some seconds. False where there is no replica set, or it knows no such thing. */
export async function stepDown(connection: Connection): Promise<boolean> {
  const admin = connection.getClient().db('admin');
  const { setName } = await admin.command({ hello: 1 });
  if (setName === undefined) return false;
  try {
    await admin.command({ replSetStepDown: 5, secondaryCatchUpPeriodSecs: 0, force: true });
    return true;
  } catch (cause) {
    // An older primary closes the connection instead of answering.
    if ((cause as Error).name.startsWith('MongoNetwork')) return true;
    if (/no such command|not supported|CommandNotFound/i.test((cause as Error).message)) return false;
    throw cause;
  }
}
