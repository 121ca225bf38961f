import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** A slow mirror, and a machine that is busy with tests. */
const INSTALL_WITHIN_MS = 5 * 60 * 1000;

export interface DebianPackage {
  name: string;
  /** Absolute path of the program that it brings. */
  program: string;
}

/** Installs a package of Debian where that may be done. Answers the program's path, or why it is not to be had that way. */
export async function installDebianPackage({ name, program }: DebianPackage): Promise<string | { because: string }> {
  if (!isDebian()) return { because: 'this is no Debian or Ubuntu whose package could be installed' };
  if (process.getuid?.() !== 0) return { because: `only root may run "apt-get install ${name}"` };
  const quiet = { timeout: INSTALL_WITHIN_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  try {
    await promisify(execFile)('apt-get', ['update', '-qq'], quiet);
    await promisify(execFile)('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], quiet);
    return existsSync(program) ? program : { because: `apt-get installed no ${program}` };
  } catch (fault) {
    const { stderr, message } = fault as { stderr?: string; message: string };
    const last = (stderr?.trim() || message).split('\n').at(-1) ?? '';
    return { because: `"apt-get install ${name}" failed (${last.slice(0, 160)})` };
  }
}

function isDebian(): boolean {
  try {
    const system = readFileSync('/etc/os-release', 'utf8');
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(system) && existsSync('/usr/bin/apt-get');
  } catch {
    return false;
  }
}
