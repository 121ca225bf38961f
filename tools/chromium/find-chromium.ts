import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../engines/path-look-up.ts';
import { Refusal } from '../terminal/refusal.ts';

/** Debian's Chromium is about 100 MB with what it needs. */
const INSTALL_WITHIN_MS = 10 * 60 * 1000;

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where the package puts it. */
const DEBIAN_CHROMIUM = '/usr/bin/chromium';

interface Search {
  env: NodeJS.ProcessEnv;
  say: (line: string) => void;
}

export interface Chromium {
  path: string;
  /** `Chromium 150.0.1`, as it says itself. */
  name: string;
}

/**
 * A real Chromium for the browser tests: the one that is named, the one on the PATH, Debian's package where it may be
 * installed, or Playwright's own where that can be fetched. Rejects with a `Refusal` that says what was tried.
 */
export async function findChromium({ env, say }: Search): Promise<Chromium> {
  const named = env.HALLWAY_CHROMIUM;
  if (named) return identify(named, `HALLWAY_CHROMIUM names ${named}, but that is no browser that runs here`);

  const tried = ['none on the PATH'];
  for (const find of [findInstalled, installDebianPackage, fetchPlaywrights]) {
    const found = await find({ env, say });
    if (typeof found !== 'string') tried.push(found.because);
    else if (found !== '') return identify(found, `${found} does not run here`);
  }
  throw new Refusal(
    `The browser tests need a Chromium, and none is to be had: ${tried.join('; ')}. ` +
      'Install chromium or Google Chrome, or name one with HALLWAY_CHROMIUM.',
  );
}

async function findInstalled({ env }: Search): Promise<string> {
  return NAMES.map((name) => findOnPath(name, env)).find((path) => path !== null) ?? '';
}

async function installDebianPackage({ env, say }: Search): Promise<string | { because: string }> {
  if (!isDebian()) return { because: 'this is no Debian or Ubuntu whose package could be installed' };
  if (process.getuid?.() !== 0) return { because: 'only root may run "apt-get install chromium"' };
  say("Installing Debian's Chromium for the browser tests (once, about 100 MB) …");
  const quiet = { timeout: INSTALL_WITHIN_MS, env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } };
  try {
    await promisify(execFile)('apt-get', ['update', '-qq'], quiet);
    await promisify(execFile)('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], quiet);
    return existsSync(DEBIAN_CHROMIUM) ? DEBIAN_CHROMIUM : { because: 'apt-get installed no chromium' };
  } catch (fault) {
    return { because: `"apt-get install chromium" failed (${lastLine(fault)})` };
  }
}

async function fetchPlaywrights({ say }: Search): Promise<string | { because: string }> {
  const { chromium } = await import('playwright-core');
  if (existsSync(chromium.executablePath())) return chromium.executablePath();
  say("Fetching Playwright's Chromium for the browser tests (once, about 150 MB) …");
  const folder = dirname(createRequire(import.meta.url).resolve('playwright-core/package.json'));
  try {
    await promisify(execFile)(process.execPath, [join(folder, 'cli.js'), 'install', 'chromium'], {
      timeout: INSTALL_WITHIN_MS,
    });
    return chromium.executablePath();
  } catch (fault) {
    return { because: `Playwright's own could not be fetched (${lastLine(fault)})` };
  }
}

async function identify(path: string, otherwise: string): Promise<Chromium> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version', '--no-sandbox'], { timeout: 30_000 });
    return { path, name: stdout.trim().split('\n').at(-1)?.trim() ?? '' };
  } catch {
    throw new Refusal(`${otherwise}. Install chromium or Google Chrome, or correct HALLWAY_CHROMIUM.`);
  }
}

function isDebian(): boolean {
  try {
    return (
      /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8')) && existsSync('/usr/bin/apt-get')
    );
  } catch {
    return false;
  }
}

function lastLine(fault: unknown): string {
  const { stderr, message } = fault as { stderr?: string; message: string };
  return (stderr?.trim() || message).split('\n').at(-1)?.slice(0, 160) ?? '';
}
