import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled } from './is-installed.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const LOCKFILE = join(ROOT, 'package-lock.json');
const INSTALLED = join(ROOT, 'node_modules/.package-lock.json');
const REMEMBERED = join(ROOT, '.hallway/installed-lockfile');
const NODE_24 = join(ROOT, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** The Node that runs TypeScript as it is. */
const WANTED_NODE = 24;

/**
 * Makes `node_modules` what the lockfile says. Answers the path of Node 24, or null after saying why there is none.
 * @returns {Promise<string | null>}
 */
export async function ensureInstalled() {
  const lockfile = readFileSync(LOCKFILE, 'utf8');
  const hash = createHash('sha256').update(lockfile).digest('hex');
  if (!isUpToDate(lockfile, hash) && !(await install(hash))) return null;
  return findNode24();
}

/**
 * @param {string} lockfile
 * @param {string} hash
 */
function isUpToDate(lockfile, hash) {
  if (!existsSync(INSTALLED)) return false;
  if (readIfThere(REMEMBERED) === hash) return true;
  // Somebody ran npm themselves: what counts is what is there.
  if (!isInstalled(JSON.parse(lockfile), JSON.parse(readFileSync(INSTALLED, 'utf8')))) return false;
  return remember(hash);
}

/** @param {string} hash */
async function install(hash) {
  const began = Date.now();
  console.log(
    existsSync(INSTALLED) ? 'Packages have changed: installing …' : 'Installing packages (once, well under a minute) …',
  );
  rmSync(REMEMBERED, { force: true });
  // Node 24 and the linters are development packages; a NODE_ENV or an npm setting must not leave them out.
  const { code, output } = await runNpm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund']);
  if (code !== 0) {
    console.error(`\n${lastLines(output)}\n\n${explain(output)}\n`);
    return false;
  }
  console.log(`Installed in ${Math.round((Date.now() - began) / 1000)} s.`);
  return remember(hash);
}

/** @param {string} hash */
function remember(hash) {
  try {
    mkdirSync(join(ROOT, '.hallway'), { recursive: true });
    writeFileSync(REMEMBERED, hash);
    return true;
  } catch (fault) {
    const { message } = /** @type {Error} */ (fault);
    console.error(`The folder .hallway cannot be written (${message}). Make ${ROOT} writable, or clone elsewhere.`);
    return false;
  }
}

/** Where install scripts are switched off, Node 24 is the one that is still needed. */
async function findNode24() {
  if (isNode24(NODE_24)) return NODE_24;
  await runNpm(['rebuild', 'node', '--ignore-scripts=false']);
  if (isNode24(NODE_24)) return NODE_24;
  if (Number(process.versions.node.split('.')[0]) >= WANTED_NODE) return process.execPath;
  console.error(
    `Node ${WANTED_NODE} did not come with the packages: run "npm rebuild node" to see why, or start Hallway with Node ${WANTED_NODE} itself.`,
  );
  return null;
}

/** @param {string} path */
function isNode24(path) {
  if (!existsSync(path)) return false;
  const answer = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return answer.status === 0 && answer.stdout.startsWith(`v${WANTED_NODE}.`);
}

/**
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function runNpm(args) {
  const viaNpm = process.env.npm_execpath;
  const [command, ...first] = viaNpm?.endsWith('.js') ? [process.execPath, viaNpm] : ['npm'];
  return new Promise((resolve) => {
    const child = spawn(command, [...first, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        output = (output + chunk).slice(-20_000);
      });
    }
    child.once('error', (fault) => resolve({ code: 1, output: fault.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** @type {[RegExp, string][]} */
const EXPLANATIONS = [
  [/EUSAGE|in sync/, 'package.json and package-lock.json do not agree: run "npm install", and commit both.'],
  [/ENOSPC/, 'The disk is full: make room, then try again.'],
  [/EACCES|EPERM|EROFS/, `npm may not write here: make ${ROOT} and npm's cache writable for you, or clone elsewhere.`],
  [
    /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|network/,
    'npm cannot reach its registry: check the connection, or the proxy and registry in "npm config list", then try again.',
  ],
  [/EINTEGRITY/, 'A package arrived damaged: run "npm cache clean --force", then try again.'],
  [/ENOENT.*npm|spawn npm/, 'npm was not found: install it beside Node, then try again.'],
];

/** @param {string} output */
function explain(output) {
  const found = EXPLANATIONS.find(([pattern]) => pattern.test(output));
  return found?.[1] ?? 'The packages could not be installed: the lines above are what npm says.';
}

/** @param {string} output */
function lastLines(output) {
  const lines = output.split('\n').filter((line) => line.startsWith('npm error') && line.trim() !== 'npm error');
  return (lines.length > 0 ? lines : output.trim().split('\n')).slice(0, 8).join('\n');
}

/** @param {string} path */
function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
