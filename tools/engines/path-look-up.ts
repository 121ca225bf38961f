import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** The absolute path of an executable on `PATH`, or null. Folders of this project's own packages do not count. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv): string | null {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '' && !/node_modules/.test(folder));
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const ANSWER_WITHIN_MS = 10_000;

/** What `<command> --version` says, or null where it says nothing of the kind. */
export async function versionOf(command: string): Promise<{ major: number; text: string } | null> {
  try {
    const { stdout } = await promisify(execFile)(command, ['--version'], { timeout: ANSWER_WITHIN_MS });
    const found = /v?=?(\d+)\.\d+\.\d+/.exec(stdout);
    return found?.[1] === undefined ? null : { major: Number(found[1]), text: found[0].replace(/^v=?/, '') };
  } catch {
    return null;
  }
}
