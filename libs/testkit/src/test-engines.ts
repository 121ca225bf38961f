import { randomBytes } from 'node:crypto';

export interface TestEngines {
  /** A database that nobody else uses. */
  mongoUri: string;
  redisUrl: string;
  /** Begins every key of this test file. */
  redisPrefix: string;
}

/** The engines of this run, with a database and a key prefix for the calling test file alone. */
export function useTestEngines(): TestEngines {
  const { HALLWAY_TEST_MONGODB_URI: mongo, HALLWAY_TEST_REDIS_URL: redisUrl } = process.env;
  if (!mongo || !redisUrl)
    throw new Error('The engines for tests are not running: run this file through vitest.config.ts.');
  const name = `t${randomBytes(6).toString('hex')}`;
  const uri = new URL(mongo);
  uri.pathname = `/${name}`;
  return { mongoUri: uri.toString(), redisUrl, redisPrefix: name };
}
