import { resolve } from 'node:path';
import { eventually, type OwnRedis, startOwnRedis } from '@hallway/testkit';
import { findRedisServer } from '@hallway/tools/engines';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningStack, startStack } from '../stack/start-stack.ts';
import { connect, gatewaysOf, type Person, signIn, type WireSocket } from '../stack/wire-client.ts';
import { revocationCauses } from './revocation-causes.ts';

/** Contract section 6, promise 7. */
const promisedMs = 6000;
const password = 'hallway-demo';
/** One for each cause: what is done to them is done to nobody else. */
const usernames = ['john', 'sarah', 'mike', 'maya', 'tom', 'alex', 'maria'];

let redis: OwnRedis;
let stack: RunningStack;
const open: WireSocket[] = [];

beforeAll(async () => {
  process.env.HALLWAY_TEST_VALKEY_SERVER ??= await findRedisServer(resolve(import.meta.dirname, '../..'));
  redis = await startOwnRedis();
  stack = await startStack({ env: { HALLWAY_REDIS: 'uri', REDIS_URL: redis.url } });
});
afterAll(async () => {
  for (const wire of open) wire.close();
  await stack?.stop();
  await redis?.remove();
});

async function socketsOf(person: Person): Promise<WireSocket[]> {
  const wires = await Promise.all(gatewaysOf(person.origin).map((address) => connect(person, address)));
  open.push(...wires);
  return wires;
}

async function isDegraded(name: string): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${stack.internalPortOf(name)}/readyz`);
  const { degraded = [] } = (await response.json()) as { degraded?: string[] };
  return degraded.includes('redis');
}

describe('while Redis is away', () => {
  it('when sessions end for any cause, closes their sockets on both gateways within six seconds, and no others', async () => {
    const signedIn = (username = '') => signIn(username, { origin: stack.origin });
    const admin = await signedIn('admin');
    const cases = await Promise.all(
      revocationCauses.map(async (cause, index) => {
        const [lost, here] = [await signedIn(usernames[index]), await signedIn(usernames[index])];
        return { ...cause, lost, here, wires: await socketsOf(lost) };
      }),
    );
    const bystanders = await socketsOf(admin);
    await redis.kill();
    const watched = ['auth', 'gateway-1', 'gateway-2'];
    await eventually(async () => expect(await Promise.all(watched.map(isDegraded))).toEqual([true, true, true]));

    const ends = await Promise.all(
      cases.map(async ({ cause, reason, end, lost, here, wires }) => {
        const gone = Promise.all(wires.map(({ socket }) => new Promise((done) => socket.once('disconnect', done))));
        const { status } = await end({ admin, lost, here, password });
        const since = Date.now();
        expect([cause, status < 300]).toEqual([cause, true]);
        const told = await gone;
        return { cause, reason, told, heard: wires.map((wire) => wire.all('sessionEnded')), ms: Date.now() - since };
      }),
    );

    for (const { cause, reason, told, heard, ms } of ends) {
      expect([cause, ...told]).toEqual([cause, 'io server disconnect', 'io server disconnect']);
      expect([cause, ...heard]).toEqual([cause, [{ reason }], [{ reason }]]);
      expect(ms, `${cause} took ${ms} ms`).toBeLessThan(promisedMs);
    }
    expect(bystanders.map(({ socket }) => socket.connected)).toEqual([true, true]);
    await redis.start();
    await eventually(async () => expect(await Promise.all(watched.map(isDegraded))).toEqual([false, false, false]), {
      withinMs: 20_000,
    });
  });
});
