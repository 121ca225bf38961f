import { readKeyFile } from '../../services/auth/src/keys/key-file.ts';
import { retireKeys, rotateKeys, tokensEndAfterMs } from '../../services/auth/src/keys/rotate-keys.ts';
import { parseSigningKeys } from '../../services/auth/src/keys/signing-keys.ts';
import { Refusal } from '../terminal/refusal.ts';
import { HELP, type KeysOptions } from './options.ts';

/** Does what was asked and resolves with what to say. Rejects with a `Refusal` when it cannot be done. */
export async function runKeysCommand({ command, directory, force }: KeysOptions, now: Date): Promise<string[]> {
  try {
    if (command === 'help') return [HELP];
    if (command === 'list') return await listKeys(directory, now);
    if (command === 'rotate') {
      const { kid } = await rotateKeys({ directory, force, now });
      return [`${kid} signs from now on.`, ...(await listKeys(directory, new Date()))];
    }
    const retired = await retireKeys({ directory, force, now });
    return [...retired.map(({ kid }) => `${kid} is retired.`), ...(await listKeys(directory, now))];
  } catch (fault) {
    throw new Refusal(`The keys in ${directory}: ${(fault as Error).message}`);
  }
}

async function listKeys(directory: string, now: Date): Promise<string[]> {
  const file = await readKeyFile(directory);
  if (!file) throw new Error('there are none yet; an auth service makes the first one when it starts');
  const since = file.changedAt.toISOString();
  const waitMs = file.changedAt.getTime() + tokensEndAfterMs - now.getTime();
  const former = waitMs > 0 ? `its tokens end within ${Math.ceil(waitMs / 60_000)} min` : 'may be retired';
  return parseSigningKeys(file.text).map(({ kid }, index) =>
    index === 0 ? `${kid}  signs, since ${since}` : `${kid}  verifies; ${former}`,
  );
}
