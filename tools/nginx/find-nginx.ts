import { installDebianPackage } from '../debian/install-package.ts';
import { findOnPath } from '../engines/path-look-up.ts';
import { Refusal } from '../terminal/refusal.ts';

/** Where packages put it, and where the PATH of people who are not root does not look. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/nginx/sbin'].join(':');

/** A real nginx: the one on the PATH, or Debian's where it may be installed. Rejects with a `Refusal` that says what was tried. */
export async function findNginx(env: NodeJS.ProcessEnv): Promise<string> {
  const present = findOnPath('nginx', { PATH: `${env.PATH ?? ''}:${SYSTEM_FOLDERS}` });
  if (present !== null) return present;
  const installed = await installDebianPackage({ name: 'nginx', program: '/usr/sbin/nginx' });
  if (typeof installed === 'string') return installed;
  throw new Refusal(
    `The tests of the front door need nginx: none is on the PATH, and ${installed.because}. Install nginx.`,
  );
}
