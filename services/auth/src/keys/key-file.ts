import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { access, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What stands in the folder of keys, and since when it has stood there. */
export interface KeyFile {
  text: string;
  changedAt: Date;
}

/** Two keys live at most: the one that signs, and the former one, whose tokens are still good. */
export const liveKeys = 2;

/** A private P-256 key as a PEM block. */
export function makePem(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string;
}

/** Null: there is no file yet. */
export async function readKeyFile(directory: string): Promise<KeyFile | null> {
  const path = pathIn(directory);
  try {
    // The time is read first: a file that is replaced in between looks older than it is, and is read again.
    const { mtime } = await stat(path);
    return { text: await readFile(path, 'utf8'), changedAt: mtime };
  } catch (error) {
    if (isFault(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Reads the file, or makes one with a key. Safe with several processes at once: all read the same one. */
export async function readOrMakeKeyFile(directory: string): Promise<KeyFile> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const found = await readKeyFile(directory);
    if (found) return found;
    await writeDraft(pathIn(directory), makePem(), linkIfFree);
    return (await readKeyFile(directory)) as KeyFile;
  } catch (error) {
    throw new Error(`AUTH_KEYS_DIR cannot hold the signing key: ${(error as Error).message}`, { cause: error });
  }
}

/** Reads the key that encrypts secrets in the database, or makes one, as safely as the signing keys are made. */
export async function readOrMakeDataKey(directory: string): Promise<string> {
  const path = join(directory, 'data-key');
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(path).catch(() => writeDraft(path, randomBytes(32).toString('base64'), linkIfFree));
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`AUTH_KEYS_DIR cannot hold the data key: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Replaces the file by what `change` makes of it. One at a time: throws when somebody else is at it. Whoever reads meanwhile
 * reads the old file or the new one, never half of one.
 */
export async function changeKeyFile(directory: string, change: (before: KeyFile) => string): Promise<void> {
  const lock = join(directory, '.signing-keys-lock');
  try {
    await writeFile(lock, '', { flag: 'wx' });
  } catch (error) {
    if (!isFault(error, 'EEXIST')) throw error;
    throw new Error(`somebody else is changing the keys at this moment; if nobody is, remove ${lock}`);
  }
  try {
    const before = await readKeyFile(directory);
    if (!before) throw new Error(`there is no key in ${directory}`);
    await writeDraft(pathIn(directory), change(before), rename);
  } finally {
    await rm(lock, { force: true });
  }
}

/** A finished file takes the name in one step: no process ever reads half a key. */
async function writeDraft(path: string, text: string, place: (draft: string, path: string) => Promise<void>) {
  const draft = join(dirname(path), `.draft-${randomBytes(6).toString('hex')}`);
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
  try {
    await place(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Only where nobody else was quicker: then theirs counts. */
async function linkIfFree(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (!isFault(error, 'EEXIST')) throw error;
  }
}

function pathIn(directory: string): string {
  return join(directory, 'signing-keys.pem');
}

function isFault(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
