import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { readOrMakeDataKey } from '../keys/key-file.ts';

/** One key of the configuration, split by what it is used for, so that no use says anything about another. */
interface DataKey {
  id: string;
  forSecrets: Buffer;
  forMarks: Buffer;
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Reads keys of 32 bytes in base64, separated by commas or spaces: the first encrypts, all decrypt. Throws with a sentence
 * that holds nothing of the keys.
 */
export function parseDataKeys(text: string): [DataKey, ...DataKey[]] {
  const [first, ...others] = text.split(/[\s,]+/).filter(Boolean);
  if (first === undefined) throw new Error('there is no key in it');
  return [toDataKey(first), ...others.map(toDataKey)];
}

function toDataKey(text: string): DataKey {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== keyBytes) throw new Error('a key in it is not 32 bytes in base64 (openssl rand -base64 32)');
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', bytes, '', `hallway ${purpose}`, keyBytes));
  const id = createHash('sha256').update(derive('id')).digest('base64url').slice(0, 8);
  return { id, forSecrets: derive('secrets'), forMarks: derive('marks') };
}

export interface DataKeysOptions {
  /** Keys from the configuration; they win over a folder. */
  configured: string | undefined;
  /** Folder in which a key is made once. */
  directory: string | undefined;
}

/**
 * Keeps secrets in the database unreadable for whoever has the database alone. `context` says what a secret is and whose: it is
 * no use in any other place. Empty until `load` has resolved.
 */
export function createDataKeys({ configured, directory }: DataKeysOptions) {
  let keys: DataKey[] = [];

  function first(): DataKey {
    const [key] = keys;
    if (!key) throw new Error('the data keys were not loaded');
    return key;
  }

  return {
    /** Safe with several processes at once: all end with the same key. */
    async load(): Promise<void> {
      if (configured !== undefined) keys = parseDataKeys(configured);
      else if (directory !== undefined) keys = parseDataKeys(await readOrMakeDataKey(directory));
    },
    /** Encrypts with AES-256-GCM; the answer names the key. */
    seal(secret: string, context: string): string {
      const { id, forSecrets } = first();
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', forSecrets, nonce).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${id}.${sealed.toString('base64url')}`;
    },
    /** Throws when the key is not among the known ones, or when the text was sealed in another context. */
    open(sealed: string, context: string): string {
      const [id, body = ''] = sealed.split('.');
      const key = keys.find((candidate) => candidate.id === id);
      if (!key) throw new Error(`AUTH_DATA_KEY lacks the key ${id}, with which a secret was encrypted`);
      const bytes = Buffer.from(body, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key.forSecrets, bytes.subarray(0, nonceBytes));
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-tagBytes));
      return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
    },
    /** A mark that nobody can make without a key, for what needs no reading back. */
    mark: (text: string, context: string): string => markBy(first(), text, context),
    /** Whether a mark was made by one of the known keys. */
    isMark: (given: Buffer, text: string, context: string): boolean =>
      keys.some((key) => isEqual(given, Buffer.from(markBy(key, text, context), 'base64url'))),
    /** The marks that any of the known keys would make. */
    marks: (text: string, context: string): string[] => keys.map((key) => markBy(key, text, context)),
  };
}

export type DataKeys = ReturnType<typeof createDataKeys>;

function isEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function markBy({ forMarks }: DataKey, text: string, context: string): string {
  return createHmac('sha256', forMarks).update(`${context}\0${text}`).digest('base64url');
}
