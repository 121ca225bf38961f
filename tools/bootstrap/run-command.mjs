import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, ROOT } from './ensure-installed.mjs';

/**
 * What follows `bootstrap.mjs` on the command line, and the program that does it.
 * @type {Record<string, string>}
 */
const PROGRAMS = {
  start: 'tools/start/main.ts',
  test: 'tools/run-tests/main.ts',
  check: 'tools/check/main.ts',
  chaos: 'tests/chaos/main.ts',
  admin: 'tools/admin/main.ts',
  keys: 'tools/keys/main.ts',
  'audit:authz': 'tests/authorization/main.ts',
  sbom: 'tools/supply-chain/main.ts',
  bench: 'bench/main.ts',
};

/** How often we look whether the npm that started us is still there. */
const LOOK_FOR_NPM_EVERY_MS = 1000;

/**
 * Installs when needed, then runs one of Hallway's programs under Node 24 and ends as it ends.
 * @param {string[]} args
 */
export async function runCommand([name = '', ...args]) {
  const program = PROGRAMS[name];
  if (program === undefined) {
    console.error(`Say what to run: node tools/bootstrap.mjs ${Object.keys(PROGRAMS).join('|')}`);
    process.exit(1);
  }
  const node = await ensureInstalled();
  if (node === null) process.exit(1);
  const child = spawn(node, [join(ROOT, program), ...args], {
    cwd: ROOT,
    // The channel carries nothing: it closes when we are gone, however that happened, and the program then stops.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  stopWithNpm(child);
  child.once('error', (fault) => {
    console.error(`Node 24 could not be started (${fault.message}): remove node_modules and try again.`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}

/**
 * A killed npm tells nobody; what it started merely gets another parent.
 * @param {import('node:child_process').ChildProcess} child
 */
function stopWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const before = ancestors();
  setInterval(() => {
    if (ancestors() !== before) child.kill('SIGTERM');
  }, LOOK_FOR_NPM_EVERY_MS).unref();
}

/** Our parent and its parent: between npm and us there may be a shell. Where /proc is missing, our parent alone. */
function ancestors() {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch {
    return `${process.ppid}`;
  }
}
