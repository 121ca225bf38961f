import { resolve } from 'node:path';
import { findRedisServer, startEngines } from '@hallway/tools/engines';
import { createContainerEngines } from './container-engines.ts';

const root = resolve(import.meta.dirname, '../../..');

/**
 * Starts both engines for a run of tests and names them in the environment of its workers: HALLWAY_TEST_MONGODB_URI,
 * HALLWAY_TEST_REDIS_URL, and HALLWAY_TEST_VALKEY_SERVER, a server binary for tests that stop and start a Redis of their own.
 */
export async function setup(): Promise<() => Promise<void>> {
  const engines = await startEngines({
    root,
    lifetime: 'throwaway',
    containers: createContainerEngines(),
    say: (line) => process.stdout.write(`${line}\n`),
  });
  process.stdout.write(
    `Engines: ${engines.mongo.name} (${engines.mongo.kind}), ${engines.redis.name} (${engines.redis.kind})\n`,
  );
  process.env.HALLWAY_TEST_MONGODB_URI = engines.mongo.url;
  process.env.HALLWAY_TEST_REDIS_URL = engines.redis.url;
  process.env.HALLWAY_TEST_VALKEY_SERVER = await findRedisServer(root);
  return () => engines.stop();
}
