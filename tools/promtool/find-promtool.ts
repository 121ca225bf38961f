import { installDebianPackage } from '../debian/install-package.ts';
import { findOnPath } from '../engines/path-look-up.ts';
import { Refusal } from '../terminal/refusal.ts';

/** A promtool: the one on the PATH, or the one in Debian's package. Rejects with a `Refusal` that says what was tried. */
export async function findPromtool(env: NodeJS.ProcessEnv): Promise<string> {
  const present = findOnPath('promtool', env);
  if (present !== null) return present;
  const installed = await installDebianPackage({ name: 'prometheus', program: '/usr/bin/promtool' });
  if (typeof installed === 'string') return installed;
  throw new Refusal(
    `The tests of the alerts need promtool: none is on the PATH, and ${installed.because}. Install Prometheus, which brings it.`,
  );
}
