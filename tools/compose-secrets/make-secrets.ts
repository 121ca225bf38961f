import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface SecretFolders {
  /** Read by the auth service alone. */
  auth: string;
  /** Read by Valkey and by all that connect to it. */
  stores: string;
}

interface SecretGroup {
  folder: string;
  mode: number;
  /** Texts by the name of their file. They belong together: where one is missing, all are made anew. */
  make: () => Record<string, string>;
}

/** As hexadecimal text a password needs no escaping, neither in a URL nor in a configuration of Valkey. */
const PASSWORD_BYTES = 24;

const DATA_KEY_BYTES = 32;

/**
 * Makes the secrets of a compose project once, as files that `NAME_FILE` variables name. What is there stays as it is: a new
 * signing key would end every session, and a new data key make second factors unreadable. Answers the names of the new files.
 */
export function makeSecrets({ auth, stores }: SecretFolders): string[] {
  return [
    // For nobody but the user of the auth service.
    { folder: auth, mode: 0o400, make: () => ({ 'signing-keys.pem': makeSigningKey() }) },
    { folder: auth, mode: 0o400, make: () => ({ 'data-key': randomBytes(DATA_KEY_BYTES).toString('base64') }) },
    // Valkey runs as another user than the services: who may read is a matter of who mounts the volume.
    { folder: stores, mode: 0o444, make: makeStorePassword },
  ].flatMap(makeOnce);
}

function makeOnce({ folder, mode, make }: SecretGroup): string[] {
  const texts = Object.entries(make());
  if (texts.every(([name]) => existsSync(join(folder, name)))) return [];
  for (const [name, text] of texts) {
    const path = join(folder, name);
    // Half a file, left by a power cut, would be taken for the whole one.
    rmSync(`${path}.new`, { force: true });
    writeFileSync(`${path}.new`, `${text}\n`, { mode, flush: true });
    renameSync(`${path}.new`, path);
  }
  return texts.map(([name]) => name);
}

function makeSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return String(privateKey.export({ type: 'pkcs8', format: 'pem' })).trim();
}

function makeStorePassword(): Record<string, string> {
  const password = randomBytes(PASSWORD_BYTES).toString('hex');
  return { 'valkey.conf': `requirepass ${password}`, 'redis-url': `redis://:${password}@valkey:6379` };
}
