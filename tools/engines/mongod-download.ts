import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The MongoDB that Hallway is developed against. */
const VERSION = '8.2.6';

const HOST = 'https://fastdl.mongodb.org';

/** A host that cannot be reached says so at once or within this; nobody should wait longer to learn it. */
const REACHABLE_WITHIN_MS = 3000;

/** About 90 MB over a slow line. */
const FETCH_WITHIN_MS = 4 * 60 * 1000;

export class CannotFetch extends Error {
  override readonly name = 'CannotFetch';
}

/** The mongod that was fetched before, or null. */
export function findFetchedMongod(folder: string): string | null {
  if (!existsSync(folder)) return null;
  // The checksum beside it is written last, so a binary without one is a download that was cut short.
  return globSync(join(folder, `mongod-*-${VERSION}`)).find((path) => existsSync(`${path}.md5`)) ?? null;
}

/** Fetches a real mongod into `folder`. Rejects with a `CannotFetch`, within seconds where the host is out of reach. */
export async function fetchMongod(folder: string, say: (line: string) => void): Promise<string> {
  await assertReachable();
  say(`Fetching MongoDB ${VERSION} (once, about 90 MB) …`);
  try {
    mkdirSync(folder, { recursive: true });
    const script = join(import.meta.dirname, 'fetch-mongod.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [script, folder, VERSION], {
      timeout: FETCH_WITHIN_MS,
      killSignal: 'SIGKILL',
    });
    return stdout.trim().split('\n').at(-1) ?? '';
  } catch (fault) {
    const said = (fault as { stderr?: string }).stderr ?? '';
    const reason = said.split('\n').find((line) => /Error/.test(line)) ?? 'it took too long';
    throw new CannotFetch(`a mongod could not be fetched (${reason.trim().slice(0, 160)})`);
  }
}

async function assertReachable(): Promise<void> {
  // Behind a proxy only the downloader itself knows the way.
  if (process.env.HTTPS_PROXY !== undefined || process.env.https_proxy !== undefined) return;
  const mirror = process.env.MONGOMS_DOWNLOAD_MIRROR ?? HOST;
  try {
    await fetch(mirror, { method: 'HEAD', signal: AbortSignal.timeout(REACHABLE_WITHIN_MS) });
  } catch {
    throw new CannotFetch(`a mongod could not be fetched (${new URL(mirror).host} cannot be reached)`);
  }
}
