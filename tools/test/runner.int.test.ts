import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isFree } from '../ports/open-ports.ts';
import type { KnownProcess } from '../processes/end-process.ts';
import { identityOf } from '../processes/process-identity.ts';
import { waitUntil } from '../processes/wait-until.ts';
import { allPorts } from '../start/service-plans.ts';
import { createTemporaryRoot, type TemporaryRoot } from './fixtures/temporary-root.ts';

let temporary: TemporaryRoot;
beforeAll(async () => {
  temporary = await createTemporaryRoot();
});
afterAll(() => temporary.remove());

const begun: StartedRun[] = [];
afterEach(async () => {
  for (const run of begun.splice(0)) {
    if (run.child.exitCode === null && run.child.signalCode === null) run.child.kill('SIGTERM');
    await run.ended;
  }
});

interface StartedRun {
  child: ChildProcess;
  portBase: number;
  output: () => string;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
  says: (text: string | RegExp, withinMs?: number) => Promise<void>;
}

/** Tries a bounded number of places: nowhere does a machine use that many ports. */
async function freePortBase(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const base = randomInt(20, 58) * 1000 + randomInt(0, 9) * 100;
    if ((await Promise.all(allPorts(base, 2).map(isFree))).every(Boolean)) return base;
  }
  throw new Error('no free ports were found');
}

/** `npm start` as a person has it, but for the services, which are small ones of the same shape. */
function begin(
  portBase: number,
  { args = [], env = {} }: { args?: string[]; env?: NodeJS.ProcessEnv } = {},
): StartedRun {
  const script = join(import.meta.dirname, 'fixtures/run-fixture-stack.ts');
  const { MONGODB_URI: _m, REDIS_URL: _r, ...clean } = process.env;
  const child = spawn(process.execPath, [script, temporary.root, String(portBase), ...args], {
    env: { ...clean, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the run has no output');
  let text = '';
  for (const stream of [stdout, stderr])
    stream.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
  // Not the event 'close', which does not come once the channel was closed from this side.
  const ended = Promise.all([once(child, 'exit'), once(stdout, 'close'), once(stderr, 'close')]).then(
    ([[code]]) => code as number | null,
  );
  const says = async (wanted: string | RegExp, withinMs = 45_000) => {
    const isSaid = () => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text));
    if (!(await waitUntil(isSaid, { withinMs }))) throw new Error(`never said ${wanted}:\n${text}`);
  };
  const run = { child, portBase, output: () => text, ended, says };
  begun.push(run);
  return run;
}

/** All processes that the run recorded as its own, engines included. */
function recorded(): Record<string, KnownProcess> {
  return JSON.parse(readFileSync(join(temporary.stateFolder, 'processes.json'), 'utf8')) as Record<
    string,
    KnownProcess
  >;
}

const isAlive = ({ pid, identity }: KnownProcess) => identityOf(pid) === identity;

async function get(port: number): Promise<{ instance: string; mongo: string }> {
  return (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as { instance: string; mongo: string };
}

describe('npm start', () => {
  it('when Ctrl-C comes, ends every process in order, frees the folder and exits with 0; started again, the data is there', async () => {
    const run = begin(await freePortBase());
    await run.says('ready {');
    const processes = recorded();
    expect(Object.keys(processes).sort()).toEqual(
      ['auth', 'front-door', 'gateway-1', 'gateway-2', 'message', 'mongo', 'redis', 'worker'].sort(),
    );
    const { mongo } = await get(run.portBase + 11);
    const client = new MongoClient(mongo);
    await client.db().collection('messages').insertOne({ text: 'yesterday' });
    await client.close();

    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(Object.values(processes).filter(isAlive)).toEqual([]);
    expect(existsSync(join(temporary.stateFolder, 'start.json'))).toBe(false);

    const again = begin(await freePortBase());
    await again.says('ready {');
    const reader = new MongoClient((await get(again.portBase + 1)).mongo);
    expect(await reader.db().collection('messages').findOne()).toMatchObject({ text: 'yesterday' });
    await reader.close();
    again.child.kill('SIGTERM');
    expect(await again.ended).toBe(0);

    const fresh = begin(await freePortBase(), { args: ['--fresh'] });
    await fresh.says('ready {');
    const emptied = new MongoClient((await get(fresh.portBase + 1)).mongo);
    expect(await emptied.db().collection('messages').countDocuments()).toBe(0);
    await emptied.close();
  });

  it('when a service or an engine is killed, says so and starts it again', async () => {
    const run = begin(await freePortBase());
    await run.says('ready {');
    const before = recorded();
    for (const name of ['gateway-1', 'redis']) process.kill(before[name]!.pid, 'SIGKILL');
    await run.says(/gateway-1 ended unexpectedly \(SIGKILL\)\. It is started again in 0\.4 s\./, 2000);
    await run.says('gateway-1 is back after', 5000);
    await run.says('Redis is back after', 10_000);
    expect((await get(run.portBase + 11)).instance).toBe('gateway-1');
    expect(recorded()['gateway-1']!.pid).not.toBe(before['gateway-1']!.pid);
  });

  it('when the runner itself is killed hard, leaves no process behind', async () => {
    const run = begin(await freePortBase());
    await run.says('ready {');
    const processes = Object.values(recorded());
    run.child.kill('SIGKILL');
    expect(await waitUntil(() => !processes.some(isAlive), { withinMs: 25_000 })).toBe(true);
  });

  it('when the one that started it is gone, stops in order', async () => {
    const run = begin(await freePortBase());
    await run.says('ready {');
    const processes = Object.values(recorded());
    run.child.disconnect();
    expect(await run.ended).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);
  });

  it('when an earlier run left a process and its record, ends it, but never a stranger with a recorded number', async () => {
    const orphan = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    const stranger = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    const known = (child: ChildProcess) => ({ pid: child.pid!, identity: identityOf(child.pid!)! });
    const left = { auth: known(orphan), mongo: { ...known(stranger), identity: 'another boot:1:1' } };
    mkdirSync(temporary.stateFolder, { recursive: true });
    writeFileSync(join(temporary.stateFolder, 'processes.json'), JSON.stringify(left));
    writeFileSync(join(temporary.stateFolder, 'start.json'), JSON.stringify({ ...left.mongo, address: 'gone' }));

    const run = begin(await freePortBase());
    await run.says('Ended what an earlier run left behind: auth.');
    await run.says('ready {');
    expect(identityOf(orphan.pid!)).toBeNull();
    expect(identityOf(stranger.pid!)).not.toBeNull();
    stranger.kill('SIGKILL');
  });

  it('when it runs from this folder already, says where and exits with 1', async () => {
    const first = begin(await freePortBase());
    await first.says('ready {');
    const second = begin(await freePortBase());
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(
      `Hallway is already running from this folder: http://localhost:${first.portBase} (process ${first.child.pid})`,
    );
    expect(Object.values(recorded()).every(isAlive)).toBe(true);
  });

  it('when a port is taken, names it before anything starts and exits with 1', async () => {
    const portBase = await freePortBase();
    const squatter = createServer().listen(portBase + 12, '127.0.0.1');
    const run = begin(portBase);
    expect(await run.ended).toBe(1);
    squatter.close();
    expect(run.output()).toMatch(new RegExp(`Port ${portBase + 12} is taken.*HALLWAY_PORT_BASE=\\d+ npm start`));
    expect(recorded()).toEqual({});
  });

  it('when a service cannot start, shows its last lines, stops everything and exits with 1', async () => {
    const run = begin(await freePortBase(), { env: { FIXTURE_FAULTY: 'message', FIXTURE_FAULT: 'never-starts' } });
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('message ended with exit code 1');
    expect(run.output()).toContain('AUTH_URL is missing');
    expect(run.output()).toContain('.hallway/logs/message.log');
    expect(recorded()).toEqual({});
  });

  it('when a service ignores SIGTERM, a second Ctrl-C ends it at once', async () => {
    const run = begin(await freePortBase(), { env: { FIXTURE_FAULTY: 'gateway-2', FIXTURE_FAULT: 'ignores-sigterm' } });
    await run.says('ready {');
    const processes = Object.values(recorded());
    run.child.kill('SIGINT');
    await run.says('Stopping');
    // The same Ctrl-C may arrive twice, so the second one has to be told from it.
    await new Promise((resolve) => setTimeout(resolve, 800));
    const asked = Date.now();
    run.child.kill('SIGINT');
    await run.ended;
    expect(Date.now() - asked).toBeLessThan(5000);
    expect(processes.filter(isAlive)).toEqual([]);
  });
});
