import type { UsedPasskey } from '@hallway/contracts';
import type { RecordAudit } from '../audit/record-audit.ts';
import type { DataKeys } from './data-keys.ts';
import type { FactorsRepository } from './factors.repository.ts';
import { mostWrongInARow, tryTotp, usePasskey, useRecoveryMark } from './factors.ts';
import type { ChallengeUse } from './passkey-challenges.ts';
import type { Passkeys } from './passkeys.ts';
import { marksOfRecoveryCode } from './recovery-codes.ts';
import { findTotpStep } from './totp.ts';

export interface ShowFactorDeps {
  factors: FactorsRepository;
  passkeys: Passkeys;
  dataKeys: DataKeys;
  recordAudit: RecordAudit;
}

/** Who shows something, and from where. */
export interface Shower {
  userId: string;
  address: string;
}

export type ShowFactor = ReturnType<typeof createShowFactor>;

/**
 * Checks what a person shows beside the password, and uses it up: each of these answers true once for one code or one use of a
 * passkey, whatever comes at the same moment. False says nothing about why.
 */
export function createShowFactor(deps: ShowFactorDeps) {
  return { showTotp: createShowTotp(deps), showRecoveryCode: createShowRecoveryCode(deps), ...createShowPasskey(deps) };
}

/** What a sealed secret is, and whose. */
export function totpContext(userId: string): string {
  return `totp ${userId}`;
}

function createShowTotp({ factors, dataKeys, recordAudit }: ShowFactorDeps) {
  return async function showTotp({ userId, address }: Shower, code: string): Promise<boolean> {
    const context = totpContext(userId);
    let step: number | null = null;
    const changed = await factors.change(userId, (before) => {
      step = null;
      const { totp } = before;
      if (totp === null || totp.wrongInARow >= mostWrongInARow) return null;
      const secret = dataKeys.open(totp.sealedSecret, context);
      step = findTotpStep({ secret, code, lastStep: totp.lastStep, now: new Date() });
      // Sealed anew each time, so that a key that was replaced falls out of use by itself.
      return tryTotp(before, { ...totp, sealedSecret: dataKeys.seal(secret, context) }, step);
    });
    if (step === null && changed?.totp?.wrongInARow === mostWrongInARow) {
      await recordAudit({ actorId: null, action: 'second-factor.codes-locked', targetId: userId, address });
    }
    return changed !== null && step !== null;
  };
}

function createShowRecoveryCode({ factors, dataKeys, recordAudit }: ShowFactorDeps) {
  return async function showRecoveryCode({ userId, address }: Shower, code: string): Promise<boolean> {
    const marks = marksOfRecoveryCode(dataKeys, userId, code);
    const changed = await factors.change(userId, (before) => useRecoveryMark(before, marks));
    if (changed === null) return false;
    const action = 'second-factor.recovery-code-used';
    const details = { left: changed.recoveryMarks.length };
    await recordAudit({ actorId: userId, action, targetId: userId, address, details });
    return true;
  };
}

function createShowPasskey({ factors, passkeys, recordAudit }: ShowFactorDeps) {
  async function showPasskey({ userId, address }: Shower, response: UsedPasskey, use: ChallengeUse): Promise<boolean> {
    const known = await factors.find(userId);
    const passkey = known.passkeys.find(({ credentialId }) => credentialId === response.id);
    const verified = passkey && (await passkeys.verifyUse({ response, passkey, use }));
    if (!passkey || !verified) return false;
    const now = new Date();
    const applied = { ...verified, credentialId: passkey.credentialId, now };
    if (await factors.change(userId, (before) => usePasskey(before, applied))) return true;
    // Signed by the right key, and yet behind its count: two devices have it. Or it was removed in this moment.
    const details = { passkey: passkey.name, counter: verified.counter, counterBefore: passkey.counter };
    await recordAudit({ actorId: null, action: 'second-factor.passkey-copied', targetId: userId, address, details });
    return false;
  }

  return { showPasskey };
}
