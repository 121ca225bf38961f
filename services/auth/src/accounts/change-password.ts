import { AppError } from '@hallway/platform';
import type { EndSessions } from '../sessions/end-sessions.ts';
import type { AccountsRepository } from './accounts.repository.ts';
import type { CheckPassword } from './check-password.ts';
import type { HashingQueue } from './hashing-queue.ts';
import type { Passwords } from './passwords.ts';

export interface ChangePasswordDeps {
  accounts: AccountsRepository;
  checkPassword: CheckPassword;
  passwords: Passwords;
  inTurn: HashingQueue;
  endSessions: EndSessions;
}

export interface PasswordChange {
  userId: string;
  sessionId: string;
  currentPassword: string;
  newPassword: string;
  address: string;
}

/**
 * Changes a password, then ends all other sessions of the person. A crash between leaves them alive: changing it again
 * ends them. Throws `INVALID_CREDENTIALS` for a wrong `currentPassword`, which counts like a wrong login, and `CONFLICT`
 * when the password was changed at the same moment from elsewhere.
 */
export function createChangePassword(deps: ChangePasswordDeps) {
  const { accounts, checkPassword, passwords, inTurn, endSessions } = deps;
  return async function changePassword(change: PasswordChange): Promise<void> {
    const caller = await accounts.findById(change.userId);
    if (!caller) throw new AppError({ code: 'SESSION_ENDED', internal: 'the account is gone' });
    const { currentPassword: password, address } = change;
    const account = await checkPassword({ username: caller.username, password, address });
    const hash = await inTurn(() => passwords.hash(change.newPassword));
    const replaced = await accounts.replacePasswordHash(account.id, account.passwordHash, hash);
    if (!replaced) throw new AppError({ code: 'CONFLICT', internal: 'the password was changed at the same moment' });
    await endSessions.endOthers({ userId: change.userId, keep: change.sessionId, reason: 'password-changed' });
  };
}

export type ChangePassword = ReturnType<typeof createChangePassword>;
