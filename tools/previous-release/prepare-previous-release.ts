import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ROOT, STATE_FOLDER } from '../project/folders.ts';
import { Refusal } from '../terminal/refusal.ts';
import { hasSamePackages, type Lockfile, listWorkspaces } from './same-packages.ts';

/** The release that runs in production while this one is rolled out. Whoever makes a release writes it here afterwards. */
interface PreviousRelease {
  commit: string;
  version: string;
}

// What services run of, and what an installation looks at; no tests, which a search for tests would find there.
const wantedPaths = ['package.json', 'package-lock.json', '.npmrc', ':(glob)**/package.json', 'libs', 'services'];
const unwantedPaths = [':(exclude,glob)**/*.test.ts', ':(exclude,glob)**/test/**'];

// A release is some megabytes of text.
const mostBytes = 256 * 1024 * 1024;

/**
 * Puts the source of the previous release into the state folder, ready to run beside ours: from the history of this clone, with
 * the packages of its own lockfile. Answers the folder. What was prepared once is found again. Throws a `Refusal` where the
 * history is not there.
 */
export function preparePreviousRelease(say: (line: string) => void = () => undefined): string {
  const { commit, version } = readJson<PreviousRelease>(join(import.meta.dirname, 'previous.json'));
  const folder = join(STATE_FOLDER, 'previous-release', commit);
  if (existsSync(folder)) return folder;
  assertKnown(commit);
  say(`The previous release, ${version}, is taken from ${commit.slice(0, 7)}.`);
  // Under its name it is always whole: a run that was interrupted leaves only this behind.
  const draft = `${folder}.draft-${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  const archive = git(['archive', '--format=tar', commit, '--', ...wantedPaths, ...unwantedPaths]);
  execFileSync('tar', ['-x', '-C', draft], { input: archive });
  installPackages(draft, say);
  keep(draft, folder);
  return folder;
}

/** Somebody else may have prepared the same meanwhile: theirs is as good. */
function keep(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (fault) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw fault;
  }
}

function assertKnown(commit: string): void {
  try {
    git(['cat-file', '-e', `${commit}^{commit}`]);
  } catch {
    throw new Refusal(
      `The previous release, commit ${commit}, is not in this clone: is its history cut off? ` +
        'Fetch all of it ("git fetch --unshallow"), or name another commit in tools/previous-release/previous.json.',
    );
  }
}

function git(args: string[]): Buffer {
  return execFileSync('git', args, { cwd: ROOT, maxBuffer: mostBytes, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Links to what is installed for us, where that is the same; otherwise an installation of its own, which takes a minute. */
function installPackages(folder: string, say: (line: string) => void): void {
  const [wanted, installed] = [folder, ROOT].map((root) => readJson<Lockfile>(join(root, 'package-lock.json')));
  if (wanted !== undefined && installed !== undefined && hasSamePackages(wanted, installed)) {
    linkPackages(folder, wanted);
    return;
  }
  say('Its packages differ from ours and are installed.');
  try {
    execFileSync('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: 'pipe',
    });
  } catch (fault) {
    const { stderr = '' } = fault as { stderr?: Buffer | string };
    throw new Refusal(`The packages of the previous release could not be installed:\n${String(stderr).slice(-2000)}`);
  }
}

/** Packages of others are those that are installed; our own lead into the previous release, which runs no line of today's. */
function linkPackages(folder: string, lockfile: Lockfile): void {
  linkAll(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const { path, folder: workspace } of listWorkspaces(lockfile)) {
    const link = join(folder, path);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), join(folder, workspace)), link);
    linkAll(join(ROOT, workspace, 'node_modules'), join(folder, workspace, 'node_modules'));
  }
}

function linkAll(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name !== '@hallway') symlinkSync(join(from, name), join(to, name));
  }
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
