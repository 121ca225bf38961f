import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createSchemaRecords } from '@hallway/platform';
import { eventually, useTestEngines } from '@hallway/testkit';
import mongoose from 'mongoose';
import { afterEach, describe, expect, it } from 'vitest';
import { findFreePort } from '../../../tools/ports/open-ports.ts';

const services = join(import.meta.dirname, '../..');
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A service as production starts it, on a database that nobody has prepared. */
async function startInProduction(service: string, mongoUri: string) {
  const { redisUrl, redisPrefix } = useTestEngines();
  const [port, internalPort] = [await findFreePort(), await findFreePort()];
  const child = spawn(process.execPath, [join(services, service, 'src/main.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{
        HALLWAY_ENV: 'production',
        HALLWAY_ORIGIN: 'https://hallway.test',
        HOST: '127.0.0.1',
      },
      ...{ PORT: String(port), INTERNAL_PORT: String(internalPort), MONGODB_URI: mongoUri, REDIS_PREFIX: redisPrefix },
      ...{ REDIS_URL: redisUrl, QUEUE_REDIS_URL: redisUrl },
      ...{ AUTH_URL: 'http://127.0.0.1:9', AUTH_INTERNAL_URL: 'http://127.0.0.1:10' },
    },
  });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${internalPort}${path}`)).status;
  return { child, ask, said: () => said };
}

// A process that starts on a machine which is busy with other tests.
const patience = { withinMs: 60_000 };

describe('a service in production on a database that is older than it needs', () => {
  it('says so, is alive and not ready, has written nothing, and stops in order', async () => {
    const { mongoUri } = useTestEngines();
    const service = await startInProduction('message', mongoUri);
    await eventually(() => expect(service.said()).toContain('the migration is waited for'), patience);
    expect(await service.ask('/livez')).toBe(200);
    expect(await service.ask('/readyz')).toBe(503);
    const connection = await mongoose.createConnection(mongoUri).asPromise();
    expect([...(await createSchemaRecords(connection).names())]).toEqual([]);
    expect(await connection.listCollections()).toEqual([]);
    await connection.close();
    const ended = once(service.child, 'exit');
    service.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  }, 90_000);
});
