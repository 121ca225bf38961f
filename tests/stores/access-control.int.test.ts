import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { allPartitions, createBusNames, createTrimEvents } from '@hallway/bus';
import { createRedis } from '@hallway/platform';
import { captureLog, type OwnRedis, startOwnRedis, useTestEngines } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playThrough } from './play-through.ts';
import { type ServiceName, startWholeSystem, type WholeSystem } from './whole-system.ts';

const root = resolve(import.meta.dirname, '../..');
const users = ['auth', 'message', 'gateway', 'worker', 'replica', 'sentinel', 'operator'];
const { redisPrefix: prefix } = useTestEngines();
const folder = mkdtempSync(join(tmpdir(), 'hallway-acl-'));
const clients: ReturnType<typeof createRedis>[] = [];
let redis: OwnRedis;
let system: WholeSystem;

const passwordOf = (user: string) => `secret of ${user}`;

function makeAcl(ownPrefix: string): string {
  for (const user of users) writeFileSync(join(folder, user), `${passwordOf(user)}\n`);
  return execFileSync(join(root, 'deploy/scripts/make-acl.sh'), [folder, ownPrefix], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

const urlOf = (user: string) => redis.url.replace('://', `://${user}:${encodeURIComponent(passwordOf(user))}@`);

function connectAs(user: string) {
  const client = createRedis({ url: urlOf(user), log: captureLog().log, role: 'test', kind: 'queue' });
  clients.push(client);
  return client;
}

beforeAll(async () => {
  const file = join(folder, 'users.acl');
  writeFileSync(file, makeAcl(prefix));
  redis = await startOwnRedis({ args: ['--aclfile', file] });
  system = await startWholeSystem({ redisUrl: urlOf, redisPrefix: prefix });
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await system?.stop();
  await redis?.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe('a Redis with the ACL file', () => {
  it('when the services do all they do, refuses none of it', async () => {
    await playThrough(system);
    // Comes every twenty seconds only.
    await createTrimEvents({ redis: connectAs('message'), names: createBusNames(prefix) })(allPartitions);
    const refused = (await connectAs('operator').call('ACL', 'LOG')) as unknown[];
    expect(refused).toEqual([]);
    expect(system.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });

  const forbidden: [ServiceName, string, ...string[]][] = [
    ['auth', 'xadd', `${prefix}:{p0}:commands`, '*', 'command', '{}'],
    ['auth', 'get', `${prefix}:send-bucket:someone`],
    ['message', 'set', `${prefix}:login-account:someone`, '0'],
    ['message', 'xadd', `${prefix}:session-endings`, '*', 'ending', '{}'],
    ['gateway', 'xadd', `${prefix}:{p0}:events`, '*', 'events', '[]'],
    ['gateway', 'hset', `${prefix}:read-marks:room`, 'someone', '9'],
    ['gateway', 'eval', "return redis.call('GET', KEYS[1])", '1', `{${prefix}:jobs}:read-marks:meta`],
    ['gateway', 'scan', '0'],
    ['worker', 'xadd', `${prefix}:session-endings`, '*', 'ending', '{}'],
    ['worker', 'hset', `${prefix}:{presence}:people:x`, 'someone', '1'],
    ['worker', 'publish', `${prefix}:replies:someone`, '[]'],
  ];
  it.each(forbidden)('when %s calls %s on what is not its own, refuses it', async (user, command, ...args) => {
    await expect(connectAs(user).call(command, ...args)).rejects.toThrow(/NOPERM|ACL failure|No permissions/);
  });

  it.each(['auth', 'message', 'gateway', 'worker'])(
    'when %s would empty, list, configure or reach beyond its installation, refuses it',
    async (user) => {
      const client = connectAs(user);
      const calls = [['flushall'], ['keys', '*'], ['config', 'get', '*'], ['client', 'list'], ['acl', 'list']];
      for (const [command = '', ...args] of [...calls, ['get', 'other:worker-mark'], ['script', 'flush']]) {
        await expect(client.call(command, ...args)).rejects.toThrow(/NOPERM/);
      }
    },
  );

  it('when somebody gives no name, lets nobody in', async () => {
    await expect(redis.withClient((client) => client.get('x'))).rejects.toThrow(/NOAUTH/);
  });
});

describe('make-acl', () => {
  it('when a prefix would be a pattern or a password is missing, says so and writes nothing', () => {
    const failing = (run: () => string) => {
      try {
        return { stdout: run(), stderr: '' };
      } catch (error) {
        return error as { stdout: string; stderr: string };
      }
    };
    expect(failing(() => makeAcl('*'))).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('the prefix may hold'),
    });
    rmSync(join(folder, 'worker'));
    const missing = failing(() =>
      execFileSync(join(root, 'deploy/scripts/make-acl.sh'), [folder], { encoding: 'utf8', stdio: 'pipe' }),
    );
    expect(missing).toMatchObject({ stdout: '', stderr: expect.stringContaining('the password of worker') });
  });
});
