import { AppError } from '@hallway/platform';
import type { RecordAudit } from '../audit/record-audit.ts';
import type { Caller } from './confirm-person.ts';
import type { FactorsRepository } from './factors.repository.ts';
import type { StoredPasskey } from './factors.ts';
import { readPasskeyName } from './passkey-name.ts';

export interface RenamePasskeyDeps {
  factors: FactorsRepository;
  recordAudit: RecordAudit;
}

/**
 * Gives one's own passkey another name. No confirmation is asked for: a name opens nothing. Throws `NOT_FOUND`, and
 * `VALIDATION_FAILED` for a name that is no line of text. Once more changes nothing.
 */
export function createRenamePasskey({ factors, recordAudit }: RenamePasskeyDeps) {
  return async function renamePasskey(caller: Caller, id: string, text: string): Promise<StoredPasskey> {
    const { userId, sessionId, address } = caller;
    const name = readPasskeyName(text);
    const find = (passkeys: readonly StoredPasskey[]) => {
      const passkey = passkeys.find((one) => one.id === id);
      if (!passkey) throw new AppError({ code: 'NOT_FOUND', internal: 'no such passkey' });
      return passkey;
    };
    const before = find((await factors.find(userId)).passkeys);
    if (before.name === name) return before;
    const changed = await factors.change(userId, (known) => {
      const named = { ...find(known.passkeys), name };
      return { ...known, passkeys: known.passkeys.map((passkey) => (passkey.id === id ? named : passkey)) };
    });
    const details = { passkey: name, before: before.name };
    const action = 'second-factor.passkey-renamed';
    await recordAudit({ actorId: userId, action, targetId: userId, sessionId, address, details });
    return find(changed?.passkeys ?? []);
  };
}

export type RenamePasskey = ReturnType<typeof createRenamePasskey>;
