import { AppError } from '@hallway/platform';
import type { RecordAudit } from '../audit/record-audit.ts';
import type { EndSessions } from '../sessions/end-sessions.ts';
import type { AccountsRepository } from './accounts.repository.ts';
import type { CheckCredentials } from './check-credentials.ts';
import type { CheckPassword } from './check-password.ts';

export interface ChangePasswordDeps {
  accounts: AccountsRepository;
  checkCredentials: CheckCredentials;
  checkPassword: CheckPassword;
  hashPassword: (password: string) => Promise<string>;
  endSessions: EndSessions;
  recordAudit: RecordAudit;
}

export interface PasswordChange {
  userId: string;
  sessionId: string;
  currentPassword: string;
  newPassword: string;
  address: string;
}

/**
 * Changes a password, then ends all other sessions of the person. A crash between leaves their sockets open until their tokens
 * end; none of them can be refreshed. Throws `VALIDATION_FAILED` for a new password that is not good enough, `INVALID_CREDENTIALS` for a wrong
 * `currentPassword`, which counts like a wrong login, and `CONFLICT` when the password was changed at the same moment from
 * elsewhere.
 */
export function createChangePassword(deps: ChangePasswordDeps) {
  const { accounts, checkCredentials, checkPassword, hashPassword, endSessions, recordAudit } = deps;
  return async function changePassword(change: PasswordChange): Promise<void> {
    const { userId, sessionId, currentPassword: password, newPassword, address } = change;
    const caller = await accounts.findById(userId);
    if (!caller) throw new AppError({ code: 'SESSION_ENDED', internal: 'the account is gone' });
    checkPassword({ password: newPassword, username: caller.username, name: caller.name, path: '/newPassword' });
    const account = await checkCredentials({ username: caller.username, password, address });
    const hash = await hashPassword(newPassword);
    const epoch = await accounts.changePasswordHash(account.id, account.passwordHash, hash);
    if (epoch === null)
      throw new AppError({ code: 'CONFLICT', internal: 'the password was changed at the same moment' });
    await endSessions.endSessionsOf(userId, 'password-changed', { keep: sessionId, epoch });
    await recordAudit({ actorId: userId, action: 'password.changed', targetId: userId, sessionId, address });
  };
}

export type ChangePassword = ReturnType<typeof createChangePassword>;
