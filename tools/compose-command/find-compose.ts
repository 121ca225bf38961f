import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { installDebianPackage } from '../debian/install-package.ts';
import { findOnPath } from '../engines/path-look-up.ts';
import { Refusal } from '../terminal/refusal.ts';

/**
 * A command that reads compose files, as its words: that of Docker, the older one of its own, or Debian's where it may be
 * installed. Rejects with a `Refusal` that says what was tried.
 */
export async function findCompose(env: NodeJS.ProcessEnv): Promise<[string, ...string[]]> {
  const docker = findOnPath('docker', env);
  if (docker !== null && (await hasPlugin(docker, env))) return [docker, 'compose'];
  const older = findOnPath('docker-compose', env);
  if (older !== null) return [older];
  const installed = await installDebianPackage({ name: 'docker-compose', program: '/usr/bin/docker-compose' });
  if (typeof installed === 'string') return [installed];
  throw new Refusal(
    `The test of docker-compose.yml needs Compose: neither docker compose nor docker-compose is there, and ${installed.because}. Install one of them.`,
  );
}

/** Asks the command itself: a Docker without the plugin takes `compose` for a mistake. */
async function hasPlugin(docker: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    await promisify(execFile)(docker, ['compose', 'version'], { env });
    return true;
  } catch {
    return false;
  }
}
