import { AppError } from '@hallway/platform';
import type { AccountsRepository } from '../accounts/accounts.repository.ts';
import type { Actor } from '../admin/require-admin.ts';
import type { AuditLog } from '../audit/audit-log.repository.ts';
import type { RecordAudit } from '../audit/record-audit.ts';
import type { EndSessions } from '../sessions/end-sessions.ts';
import { conflict, prepareCodes } from './add-factor.ts';
import type { Caller, RequireProof } from './confirm-person.ts';
import type { DataKeys } from './data-keys.ts';
import type { FactorsRepository } from './factors.repository.ts';
import { type Factors, hasFactor, noFactors, removePasskey, withoutOrphanedCodes } from './factors.ts';
import type { RequiredRoles } from './required-roles.ts';

export interface RemoveFactorsDeps {
  factors: FactorsRepository;
  accounts: AccountsRepository;
  requiredRoles: RequiredRoles;
  dataKeys: DataKeys;
  endSessions: EndSessions;
  recordAudit: RecordAudit;
  auditLog: AuditLog;
  requireProof: RequireProof;
}

/**
 * Takes factors away, and then ends the other sessions of the person. Throws `NOT_FOUND` for what is not there, and `CONFLICT`
 * for the last factor of somebody whose role needs one.
 */
export function createRemoveFactors(deps: RemoveFactorsDeps) {
  const { factors, accounts, requiredRoles, endSessions, recordAudit } = deps;

  async function remove(caller: Caller, action: string, apply: (before: Factors) => Factors | null): Promise<void> {
    const { userId, sessionId: keep, address } = caller;
    const account = await accounts.findById(userId);
    const isRequired = account !== null && requiredRoles.isRequired(account);
    await factors.change(userId, (before) => {
      const after = apply(before);
      if (after === null) throw new AppError({ code: 'NOT_FOUND', internal: 'no such factor' });
      if (isRequired && !hasFactor(after)) throw conflict('Your role needs a second factor: add another one first.');
      return after;
    });
    await recordAudit({ actorId: userId, action, targetId: userId, sessionId: keep, address });
    await endSessions.endSessionsOf(userId, 'ended-elsewhere', { keep });
  }

  return {
    removeTotp: (caller: Caller) =>
      remove(caller, 'second-factor.totp-removed', (before) =>
        before.totp === null ? null : withoutOrphanedCodes({ ...before, totp: null, pendingTotp: null }),
      ),
    removePasskey: (caller: Caller, id: string) =>
      remove(caller, 'second-factor.passkey-removed', (before) => removePasskey(before, id)),
    renewRecoveryCodes: createRenewRecoveryCodes(deps),
    resetFactors: createResetFactors(deps),
  };
}

export type RemoveFactors = ReturnType<typeof createRemoveFactors>;

function createRenewRecoveryCodes({ factors, dataKeys, recordAudit }: RemoveFactorsDeps) {
  /** Ten new codes in place of those that are left. Throws `CONFLICT` where there is no factor that they could stand in for. */
  return async function renewRecoveryCodes({ userId, sessionId, address }: Caller): Promise<string[]> {
    const { codes, marks } = prepareCodes(dataKeys, userId);
    await factors.change(userId, (before) => {
      if (!hasFactor(before)) throw conflict('Set up an authenticator app or a passkey first.');
      return { ...before, recoveryMarks: marks };
    });
    const action = 'second-factor.recovery-codes-renewed';
    await recordAudit({ actorId: userId, action, targetId: userId, sessionId, address });
    return codes;
  };
}

function createResetFactors({ factors, accounts, auditLog, endSessions, requireProof }: RemoveFactorsDeps) {
  /**
   * An administrator takes all factors of somebody away who has lost them; all sessions of the person end. The entry in the audit
   * log comes first. Throws `NOT_FOUND`, `CONFIRMATION_REQUIRED`, and `CONFLICT` for oneself: that takes one's own password.
   */
  return async function resetFactors(actor: Actor, userId: string): Promise<void> {
    const account = await accounts.findById(userId);
    if (!account) throw new AppError({ code: 'NOT_FOUND', internal: 'no such person' });
    if (actor.id === userId) throw conflict('Change your own second factor in Settings.');
    const { id: actorId, sessionId, address } = actor;
    await requireProof(sessionId);
    await auditLog.append({ actorId, action: 'second-factor.reset', targetId: userId, sessionId, address });
    await factors.change(userId, () => noFactors);
    await endSessions.endSessionsOf(userId, 'ended-elsewhere');
  };
}
