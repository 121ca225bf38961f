import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

export interface RunningStack {
  origin: string;
  portBase: number;
  logFolder: string;
  /** Everything that the terminal showed so far. */
  output: () => string;
  /** Log lines of one process, parsed. */
  logOf: (name: string) => Record<string, unknown>[];
  /** Where a process tells whether it is ready. */
  internalPortOf: (name: string) => number;
  /** The id of a process, the newest where it was started again. */
  pidOf: (name: string) => number;
  /** Ctrl-C, and the exit code. */
  stop: () => Promise<number>;
}

export interface StackOptions {
  args?: string[];
  env?: Record<string, string>;
  /** A folder of an earlier run, whose data is found again. It is not removed then. */
  stateFolder?: string;
}

const readyWithinMs = 150_000;

/** Starts all of Hallway the way `npm start` does, in a folder and on ports of its own. Resolves when it is ready. */
export async function startStack({ args = [], env = {}, stateFolder }: StackOptions = {}): Promise<RunningStack> {
  const folder = stateFolder ?? mkdtempSync(join(tmpdir(), 'hallway-stack-'));
  const portBase = await findPortBase();
  const child = spawn(process.execPath, [join(root, 'tools/start/main.ts'), ...args], {
    cwd: root,
    // The channel carries nothing: it closes when we are gone, however that happened, and the stack then stops.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env, HALLWAY_STATE_FOLDER: folder, HALLWAY_PORT_BASE: String(portBase) },
  });
  const shown = collect(child);
  await waitUntilReady(child, shown);
  const logFolder = join(folder, 'logs');
  const logOf = (name: string) => readLog(join(logFolder, `${name}.log`));
  return {
    origin: `http://localhost:${portBase}`,
    portBase,
    logFolder,
    output: shown,
    logOf,
    internalPortOf: (name) => findInternalPort(portBase, name),
    pidOf: (name) => findPid(join(folder, 'processes.json'), name),
    async stop() {
      if (child.exitCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGINT');
        await ended;
      }
      if (stateFolder === undefined) rmSync(folder, { recursive: true, force: true });
      return child.exitCode ?? -1;
    },
  };
}

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  return () => text;
}

async function waitUntilReady(child: ChildProcess, shown: () => string): Promise<void> {
  const end = Date.now() + readyWithinMs;
  while (!shown().includes('Hallway is ready')) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${shown()}`);
    if (Date.now() > end) {
      child.kill('SIGINT');
      throw new Error(`npm start was not ready in time:\n${shown()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Log lines of one process of the stack that `stack-setup` started. */
export function logOfRun(name: string): Record<string, unknown>[] {
  return readLog(join(process.env.HALLWAY_TEST_LOGS ?? '', `${name}.log`));
}

function readLog(path: string): Record<string, unknown>[] {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** From the list that the runner keeps for ending what a crash of its own would leave behind. */
function findPid(path: string, name: string): number {
  const recorded = JSON.parse(readFileSync(path, 'utf8')) as Record<string, { pid: number }>;
  const pid = recorded[name]?.pid;
  if (pid === undefined) throw new Error(`No process is recorded as ${name}.`);
  return pid;
}

/** Contract section 8. */
function findInternalPort(portBase: number, name: string): number {
  const [, service = '', number = '1'] = /^([a-z-]+?)(?:-(\d+))?$/.exec(name) ?? [];
  const offset = { auth: 1, message: 2, worker: 5, gateway: 11, 'front-door': 0 }[service];
  if (offset === undefined) throw new Error(`Nothing is called ${name}.`);
  return portBase + 1000 + offset + Number(number) - 1;
}

/** Twenty ports in a row that nobody listens on, below the range that outgoing connections take theirs from. */
async function findPortBase(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const base = 12_000 + Math.floor(Math.random() * 150) * 100;
    const ports = [0, 1, 2, 3, 11, 12, 13, 1000, 1001, 1002, 1003, 1005, 1011, 1012, 1013].map(
      (offset) => base + offset,
    );
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return base;
  }
  throw new Error('No free ports were found for a stack.');
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, '127.0.0.1');
    await once(probe, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}
