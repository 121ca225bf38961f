import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSigningKeys, type SigningKey } from './signing-keys.ts';

export interface KeyRingOptions {
  /** Keys from the configuration; they win over a folder. */
  signingKeys: string | undefined;
  /** Folder in which a key is made once. */
  directory: string | undefined;
}

/** The keys of this installation. Empty until `load` has resolved. */
export function createKeyRing({ signingKeys, directory }: KeyRingOptions) {
  let keys: SigningKey[] = [];

  return {
    /** Safe with several processes at once: all end with the same keys. */
    async load(): Promise<void> {
      if (signingKeys !== undefined) keys = parseSigningKeys(signingKeys);
      else if (directory !== undefined) keys = parseSigningKeys(await readOrMakeKeyFile(directory));
    },
    /** The key that signs: the first. */
    signer(): SigningKey {
      const [first] = keys;
      if (!first) throw new Error('the keys were not loaded');
      return first;
    },
    async findKey(kid: string): Promise<KeyObject | null> {
      return keys.find((key) => key.kid === kid)?.publicKey ?? null;
    },
    publicJwks: () => keys.map(({ publicJwk }) => publicJwk),
  };
}

export type KeyRing = ReturnType<typeof createKeyRing>;

async function readOrMakeKeyFile(directory: string): Promise<string> {
  const path = join(directory, 'signing-keys.pem');
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return (await readIfThere(path)) ?? (await makeKeyFile(directory, path));
  } catch (error) {
    throw new Error(`AUTH_KEYS_DIR cannot hold the signing key: ${(error as Error).message}`, { cause: error });
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** A finished file takes the name in one step and only if it is free: no process ever reads half a key, or another's. */
async function makeKeyFile(directory: string, path: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const draft = join(directory, `.signing-keys-${randomBytes(6).toString('hex')}`);
  await writeFile(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}
