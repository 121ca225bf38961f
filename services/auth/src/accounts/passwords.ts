import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

export interface PasswordCost {
  memoryKib: number;
  passes: number;
}

interface StoredHash extends PasswordCost {
  lanes: number;
  salt: Buffer;
  hash: Buffer;
}

const argon2Async = promisify(argon2);
const saltBytes = 16;
const hashBytes = 32;
const lanes = 1;
const stored = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/**
 * Hashes passwords with argon2id into the usual text form (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`). Node's own argon2 works
 * on its thread pool, away from the event loop, and needs no native package to be installed.
 */
export function createPasswords(cost: PasswordCost) {
  // Somebody who does not exist costs exactly as much as somebody who does.
  const decoy: StoredHash = { ...cost, lanes, salt: randomBytes(saltBytes), hash: randomBytes(hashBytes) };

  return {
    async hash(password: string): Promise<string> {
      const salt = randomBytes(saltBytes);
      const hash = await derive(password, { ...cost, lanes, salt, hash: Buffer.alloc(hashBytes) });
      return `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=${lanes}$${toText(salt)}$${toText(hash)}`;
    },
    /** Without a stored hash (null, or empty where no password was set) it takes the same time and answers false. Throws for a hash that is not of our form. */
    async verify(password: string, hash: string | null): Promise<boolean> {
      const expected = hash ? parseHash(hash) : decoy;
      const derived = await derive(password, expected);
      return timingSafeEqual(derived, expected.hash) && Boolean(hash);
    },
    /** Whether a hash was made with less memory or fewer passes than today's. A dearer one stays as it is. */
    isOutdated(hash: string): boolean {
      const { memoryKib, passes } = parseHash(hash);
      return memoryKib < cost.memoryKib || passes < cost.passes;
    },
  };
}

export type Passwords = ReturnType<typeof createPasswords>;

function derive(password: string, parameters: StoredHash): Promise<Buffer> {
  return argon2Async('argon2id', {
    // The same password typed on different keyboards can reach us composed or decomposed.
    message: password.normalize('NFKC'),
    nonce: parameters.salt,
    parallelism: parameters.lanes,
    tagLength: parameters.hash.length,
    memory: parameters.memoryKib,
    passes: parameters.passes,
  });
}

function parseHash(text: string): StoredHash {
  const [, memoryKib, passes, lanesText, salt, hash] = stored.exec(text) ?? [];
  if (!salt || !hash) throw new Error('a stored password hash is malformed');
  return {
    memoryKib: Number(memoryKib),
    passes: Number(passes),
    lanes: Number(lanesText),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

function toText(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
