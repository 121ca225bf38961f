import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';

/** Local engines answer at once; a distant one gets this long before it counts as away. */
const ANSWER_WITHIN_MS = 4000;

const NOT_YET_INITIALIZED = 94;
const INVALID_REPLICA_SET_CONFIG = 93;

/** Asks the server who it is. Rejects when it does not answer within four seconds. Answers product and version. */
export async function identifyMongo(url: string): Promise<string> {
  return withMongo(url, async (admin) => {
    const info = (await admin.command({ buildInfo: 1 })) as { version: string; secantusVersion?: string };
    return info.secantusVersion === undefined ? `MongoDB ${info.version}` : `SecantusDB ${info.secantusVersion}`;
  });
}

/**
 * Makes a fresh mongod a replica set of one, and tells one whose port has changed its new address.
 * Answers whether it takes majority writes by now; ask again until it does.
 */
export async function ensurePrimary(url: string): Promise<boolean> {
  const { host } = new URL(url);
  return withMongo(url, async (admin) => {
    const hello = (await admin.command({ hello: 1 })) as { isWritablePrimary: boolean; setName?: string };
    if (hello.isWritablePrimary && hello.setName !== undefined) return true;
    const config = { _id: 'hallway', members: [{ _id: 0, host }] };
    const status = await admin.command({ replSetGetStatus: 1 }).catch((fault: { code?: number }) => fault);
    if (status.code === NOT_YET_INITIALIZED) await admin.command({ replSetInitiate: config });
    else if (status.code === INVALID_REPLICA_SET_CONFIG) {
      const { config: old } = (await admin.command({ replSetGetConfig: 1 })) as { config: { version: number } };
      await admin.command({ replSetReconfig: { ...old, ...config, version: old.version + 1 }, force: true });
    }
    return false;
  });
}

type Admin = ReturnType<ReturnType<MongoClient['db']>['admin']>;

async function withMongo<T>(url: string, ask: (admin: Admin) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: ANSWER_WITHIN_MS,
    connectTimeoutMS: ANSWER_WITHIN_MS,
  });
  try {
    return await ask(client.db('admin').admin());
  } finally {
    await client.close();
  }
}

/** Asks the server who it is. Rejects when it does not answer within four seconds. */
export async function identifyRedis(url: string): Promise<{ name: string; majorVersion: number }> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: ANSWER_WITHIN_MS,
    commandTimeout: ANSWER_WITHIN_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The rejected promise below says the same; without a listener the event would end the process.
  let fault: Error | undefined;
  client.on('error', (error) => {
    fault = error;
  });
  try {
    await client.connect();
    return readServerInfo(await client.info('server'));
  } catch (error) {
    throw fault ?? error;
  } finally {
    client.disconnect();
  }
}

/** Valkey reports the Redis version that it is compatible with, and its own beside it. */
export function readServerInfo(info: string): { name: string; majorVersion: number } {
  const field = (key: string) => new RegExp(`^${key}:(\\S+)`, 'm').exec(info)?.[1];
  const valkey = field('valkey_version');
  const redis = field('redis_version') ?? '0';
  return {
    name: valkey === undefined ? `Redis ${redis}` : `Valkey ${valkey}`,
    majorVersion: Number.parseInt(redis, 10),
  };
}

/** A URL as it may be shown: without a password. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//…@');
}
