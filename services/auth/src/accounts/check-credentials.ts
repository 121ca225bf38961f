import { AppError } from '@hallway/platform';
import { type Account, type AccountsRepository, toUsernameKey } from './accounts.repository.ts';
import type { HashingQueue } from './hashing-queue.ts';
import type { LoginLimits } from './login-limits.ts';
import type { Passwords } from './passwords.ts';

export interface CheckCredentialsDeps {
  accounts: AccountsRepository;
  passwords: Passwords;
  limits: LoginLimits;
  inTurn: HashingQueue;
}

export interface Credentials {
  username: string;
  password: string;
  address: string;
}

/**
 * The only way from a name and a password to an account. Throws `INVALID_CREDENTIALS`, in the same words and after the same
 * work, for an unknown name, a wrong password and a deactivated account; `RATE_LIMITED` after too many wrong tries.
 * The hash is brought to today's cost when it was made with less.
 */
export function createCheckCredentials({ accounts, passwords, limits, inTurn }: CheckCredentialsDeps) {
  return async function checkCredentials({ username, password, address }: Credentials): Promise<Account> {
    const attempt = { usernameKey: toUsernameKey(username), address };
    await limits.refuseSpent(attempt);
    const account = await accounts.findByUsername(username);
    // Counted within the queue: what waits has not been tried yet.
    return inTurn(attempt.usernameKey, async () => {
      const counted = await limits.countTry(attempt);
      const right = await passwords.verify(password, account?.passwordHash ?? null);
      if (!account || !right || !account.active) {
        throw new AppError({ code: 'INVALID_CREDENTIALS', internal: 'wrong name, wrong password or deactivated' });
      }
      await counted.giveBack();
      if (!passwords.isOutdated(account.passwordHash)) return account;
      const passwordHash = await passwords.hash(password);
      const replaced = await accounts.replacePasswordHash(account.id, account.passwordHash, passwordHash);
      return replaced ? { ...account, passwordHash } : account;
    });
  };
}

export type CheckCredentials = ReturnType<typeof createCheckCredentials>;
