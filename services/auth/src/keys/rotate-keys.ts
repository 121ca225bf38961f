import { changeKeyFile, type KeyFile, liveKeys, makePem } from './key-file.ts';
import { parseSigningKeys, type SigningKey, toPem } from './signing-keys.ts';

export interface KeyChange {
  directory: string;
  /** Drops a key although tokens of it may still be in use: whoever holds one is signed in again by the next refresh. */
  force: boolean;
  now: Date;
}

// The longest life of an access token, and a minute for clocks that differ and keys that are remembered.
export const tokensEndAfterMs = 11 * 60_000;

/**
 * Puts a new key in front of the one that signs, which stays to verify its tokens. A key that was former before has to go:
 * throws while tokens of it may be in use, unless forced. Answers the new key.
 */
export async function rotateKeys({ directory, force, now }: KeyChange): Promise<SigningKey> {
  const pem = makePem();
  await changeKeyFile(directory, (before) => {
    const keys = parseSigningKeys(before.text);
    if (keys.length >= liveKeys && !force) assertTokensEnded(before, now);
    return [pem, ...keys.slice(0, liveKeys - 1).map(toPem)].join('');
  });
  return parseSigningKeys(pem)[0];
}

/** Removes every key but the one that signs. Throws while tokens of them may be in use, unless forced. Answers them. */
export async function retireKeys({ directory, force, now }: KeyChange): Promise<SigningKey[]> {
  let retired: SigningKey[] = [];
  await changeKeyFile(directory, (before) => {
    const [first, ...former] = parseSigningKeys(before.text);
    if (former.length === 0) throw new Error('there is no former key: the one that signs cannot be retired');
    if (!force) assertTokensEnded(before, now);
    retired = former;
    return toPem(first);
  });
  return retired;
}

/** The file changes only by these commands: since then the first key signs. */
function assertTokensEnded({ changedAt }: KeyFile, now: Date): void {
  const waitMs = changedAt.getTime() + tokensEndAfterMs - now.getTime();
  if (waitMs <= 0) return;
  const minutes = Math.ceil(waitMs / 60_000);
  throw new Error(
    `tokens of the former key are in use for ${minutes} more minute${minutes === 1 ? '' : 's'}: wait, or say --force, which signs out whoever cannot refresh`,
  );
}
