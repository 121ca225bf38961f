import type { KeyObject } from 'node:crypto';
import type { Log } from '@hallway/platform';
import { type KeyFile, readKeyFile, readOrMakeKeyFile } from './key-file.ts';
import { parseSigningKeys, type SigningKey } from './signing-keys.ts';

export interface KeyRingOptions {
  /** Keys from the configuration; they win over a folder. */
  signingKeys: string | undefined;
  /** Folder in which a key is made once, and where `npm run keys` changes them. */
  directory: string | undefined;
  log: Log;
}

// A rotation is felt at once, and looking at one file costs nothing.
const lookEveryMs = 500;
// A new key is published for this long before it signs: by then every process that shares the folder publishes it, and none
// can be asked for a key that another one signs with already.
const publishFirstMs = 2000;

/** The keys of this installation. Empty until `load` has resolved; a folder is watched from then until `stop`. */
export function createKeyRing({ signingKeys, directory, log }: KeyRingOptions) {
  let keys: SigningKey[] = [];
  let text = '';
  let firstSignsAt = 0;
  let timer: NodeJS.Timeout | undefined;

  function take(file: KeyFile): void {
    const isRotation = keys.length > 0;
    keys = parseSigningKeys(file.text);
    text = file.text;
    firstSignsAt = file.changedAt.getTime() + publishFirstMs;
    if (isRotation) log.info({ keys: keys.map(({ kid }) => kid) }, 'the signing keys have changed');
  }

  /** A file that cannot be read or used changes nothing: the keys that are known go on. */
  async function lookAgain(folder: string): Promise<void> {
    try {
      const file = await readKeyFile(folder);
      if (file && file.text !== text) take(file);
    } catch (error) {
      log.error({ err: error }, 'the signing keys in AUTH_KEYS_DIR cannot be used');
    }
  }

  function watch(folder: string): void {
    let looking = false;
    timer = setInterval(() => {
      if (looking) return;
      looking = true;
      void lookAgain(folder).finally(() => {
        looking = false;
      });
    }, lookEveryMs);
    timer.unref();
  }

  return {
    /** Safe with several processes at once: all end with the same keys. */
    async load(): Promise<void> {
      if (signingKeys !== undefined) keys = parseSigningKeys(signingKeys);
      else if (directory !== undefined) {
        take(await readOrMakeKeyFile(directory));
        watch(directory);
      }
    },
    stop(): void {
      clearInterval(timer);
    },
    /** The key that signs: the first, once it has been published long enough; until then the former one. */
    signer(): SigningKey {
      const [first, second] = keys;
      if (!first) throw new Error('the keys were not loaded');
      return second && Date.now() < firstSignsAt ? second : first;
    },
    async findKey(kid: string): Promise<KeyObject | null> {
      return keys.find((key) => key.kid === kid)?.publicKey ?? null;
    },
    publicJwks: () => keys.map(({ publicJwk }) => publicJwk),
  };
}

export type KeyRing = ReturnType<typeof createKeyRing>;
