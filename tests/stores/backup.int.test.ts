import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { useTestEngines } from '@hallway/testkit';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meet, sendAcross } from './play-through.ts';
import { startWholeSystem, type WholeSystem } from './whole-system.ts';

const root = resolve(import.meta.dirname, '../..');
const engines = useTestEngines();
const folder = mkdtempSync(join(tmpdir(), 'hallway-backup-'));
const [target, other] = [useTestEngines().mongoUri, useTestEngines().mongoUri];
let system: WholeSystem;

beforeAll(async () => {
  system = await startWholeSystem({ redisUrl: () => engines.redisUrl });
});
afterAll(async () => {
  await system?.stop();
  for (const uri of [target, other]) await withDatabase(uri, (connection) => connection.dropDatabase());
  rmSync(folder, { recursive: true, force: true });
});

async function withDatabase<T>(uri: string, use: (connection: mongoose.Connection) => Promise<T>): Promise<T> {
  const connection = await mongoose.createConnection(uri).asPromise();
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

async function run(script: 'backup.sh' | 'restore.sh', argument: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  const options = { env: { PATH: process.env.PATH, ...env } };
  return promisify(execFile)(join(root, 'deploy/scripts', script), [argument], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (fault: Ended) => fault,
  );
}

describe('a backup of the demo campus', () => {
  it('when people go on writing meanwhile, is cut so that every room is whole, and restores to the same', async () => {
    const meeting = await meet(system);
    for (let sent = 0; sent < 5; sent += 1) await sendAcross(meeting);
    const saving = { running: true };
    const writing = (async () => {
      while (saving.running) {
        const send = { chatRoomId: meeting.chatRoomId, content: 'meanwhile', clientMessageId: randomUUID() };
        await meeting.johns.emit('sendMessage', send);
      }
    })();
    const saved = await run('backup.sh', join(folder, 'one'), { MONGODB_URI: system.mongoUri });
    saving.running = false;
    await writing;
    expect(saved).toMatchObject({ code: 0, stdout: expect.stringMatching(/Saved \d+ documents/) });

    const restored = await run('restore.sh', join(folder, 'one'), { RESTORE_MONGODB_URI: target });
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(restored.stdout).toMatch(/counts and hashes agree, every room is numbered without a gap/);
    expect(restored.stdout).toMatch(/RPO: [\d.]+ s.*\nRTO: [\d.]+ s/);
    await withDatabase(target, async (connection) => {
      expect(await connection.collection('messages').countDocuments()).toBeGreaterThanOrEqual(5);
      expect(await connection.collection('users').countDocuments()).toBeGreaterThan(0);
      expect(await connection.collection('sessions').countDocuments()).toBe(0);
      const indexes = await connection.collection('messages').indexes();
      expect(indexes.filter(({ unique }) => unique)).toHaveLength(2);
    });
    meeting.johns.close();
    meeting.sarahs.close();
  }, 90_000);

  it('when the target holds something, or the backup is harmed, refuses and writes nothing', async () => {
    const again = await run('restore.sh', join(folder, 'one'), { RESTORE_MONGODB_URI: target });
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('is not empty') });
    const users = join(folder, 'one', 'users.ejson');
    const whole = readFileSync(users);
    appendFileSync(users, '{}\n');
    const harmed = await run('restore.sh', join(folder, 'one'), { RESTORE_MONGODB_URI: other });
    expect(harmed).toMatchObject({ code: 1, stderr: expect.stringContaining('users has changed') });
    expect(whole.length).toBeGreaterThan(0);
    await withDatabase(other, async (connection) => expect(await connection.listCollections()).toEqual([]));
  }, 60_000);

  it('when the drill runs, prints how much would be lost and how long it takes, and leaves nothing behind', async () => {
    const drilled = await run('restore.sh', '--drill', { MONGODB_URI: system.mongoUri });
    expect(drilled).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/counts and hashes agree[\s\S]*RPO: .*\nRTO: /),
    });
    await withDatabase(system.mongoUri, async (connection) => {
      const { databases } = await connection.listDatabases();
      expect(databases.filter(({ name }) => name.includes('-drill-'))).toEqual([]);
    });
  }, 60_000);
});

describe('sharding by room', () => {
  it('when the indexes of a running database are looked at, allow every shard key that docs/stores.md names', async () => {
    const section = readFileSync(join(root, 'docs/stores.md'), 'utf8').split('### Sharded by room')[1] ?? '';
    const rows = section.split('\n').flatMap((line) => {
      const [, names = '', key] = /^\| ((?:`\w+`(?:, )?)+) +\| (.*?) *\|/.exec(line) ?? [];
      const field = /\{ (\w+): 1 \}/.exec(key ?? '')?.[1] ?? null;
      return names === '' ? [] : names.split(', ').map((name) => ({ name: name.replaceAll('`', ''), field }));
    });
    await withDatabase(system.mongoUri, async (connection) => {
      const present = (await connection.listCollections()).map(({ name }) => name);
      expect(present.filter((name) => !rows.some((row) => row.name === name))).toEqual([]);
      const sharded = rows.filter(({ field }) => field !== null);
      expect(sharded.map(({ name }) => name)).toEqual(['messages', 'memberships', 'readMarks', 'notifications']);
      for (const { name, field } of sharded) {
        const indexes = (await connection.collection(name).indexes()).filter(({ name: own }) => own !== '_id_');
        const unique = indexes.filter((index) => index.unique);
        expect(unique.map(({ key }) => Object.keys(key)[0])).toEqual(unique.map(() => field));
        expect(indexes.some(({ key }) => Object.keys(key)[0] === field)).toBe(true);
      }
    });
  });
});
