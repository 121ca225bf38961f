import { type NewPasskey, secondFactorLimits, type TotpSecretAnswer } from '@hallway/contracts';
import { AppError, validationFailed } from '@hallway/platform';
import type { Account } from '../accounts/accounts.repository.ts';
import type { RecordAudit } from '../audit/record-audit.ts';
import type { EndSessions } from '../sessions/end-sessions.ts';
import type { DataKeys } from './data-keys.ts';
import type { FactorsRepository } from './factors.repository.ts';
import { addPasskey, type Factors, hasFactor, type StoredPasskey } from './factors.ts';
import { readPasskeyName } from './passkey-name.ts';
import type { Passkeys } from './passkeys.ts';
import { makeRecoveryCodes, markRecoveryCode } from './recovery-codes.ts';
import { totpContext } from './show-factor.ts';
import { findTotpStep, makeTotpSecret, toTotpUri } from './totp.ts';

export interface AddFactorDeps {
  factors: FactorsRepository;
  passkeys: Passkeys;
  dataKeys: DataKeys;
  endSessions: EndSessions;
  recordAudit: RecordAudit;
}

/** Who adds a factor: from a session, which stays, or before their first one. */
export interface Adder {
  userId: string;
  sessionId: string | null;
  address: string;
}

// As long as it takes to find the phone, install an app and come back.
const pendingMs = 15 * 60_000;

/**
 * Sets factors up. With the first one come ten recovery codes, which are answered this once, and all other sessions of the
 * person end: whoever had the password alone is out. A new authenticator app takes the place of the former one.
 */
export function createAddFactor(deps: AddFactorDeps) {
  return { ...createAddTotp(deps), ...createAddPasskey(deps) };
}

export type AddFactor = ReturnType<typeof createAddFactor>;

function createAddTotp({ factors, dataKeys, endSessions, recordAudit }: AddFactorDeps) {
  return {
    /** A secret that counts from its first right code on; asking again replaces it. */
    async beginTotp({ id, username }: Pick<Account, 'id' | 'username'>): Promise<TotpSecretAnswer> {
      const secret = makeTotpSecret();
      const pendingTotp = { sealedSecret: dataKeys.seal(secret, totpContext(id)), madeAt: new Date() };
      await factors.change(id, (before) => ({ ...before, pendingTotp }));
      return { secret, uri: toTotpUri(secret, username) };
    },

    /** Throws `VALIDATION_FAILED` for a wrong code, `CONFLICT` when no secret was asked for within a quarter of an hour. */
    async finishTotp(adder: Adder, code: string): Promise<string[] | null> {
      const { userId, sessionId, address } = adder;
      const first = prepareCodes(dataKeys, userId);
      const now = new Date();
      const changed = await factors.change(userId, (before) => {
        refuseSecond(adder, before);
        const { pendingTotp } = before;
        if (pendingTotp === null || now.getTime() - pendingTotp.madeAt.getTime() > pendingMs) throw beginAnew();
        const secret = dataKeys.open(pendingTotp.sealedSecret, totpContext(userId));
        const lastStep = findTotpStep({ secret, code, lastStep: null, now });
        if (lastStep === null) throw validationFailed([{ path: '/code', message: 'is not the code of this moment' }]);
        const totp = { sealedSecret: pendingTotp.sealedSecret, addedAt: now, lastStep, wrongInARow: 0 };
        return first.addTo(before, { ...before, totp, pendingTotp: null });
      });
      await recordAudit({ ...toEntry(adder), action: 'second-factor.totp-added', targetId: userId, address });
      await endSessions.endSessionsOf(userId, 'ended-elsewhere', sessionId === null ? {} : { keep: sessionId });
      return first.givenTo(changed);
    },
  };
}

function createAddPasskey({ factors, passkeys, dataKeys, endSessions, recordAudit }: AddFactorDeps) {
  return {
    async beginPasskey(account: Account) {
      return { options: { ...(await passkeys.registrationOptions(await factors.known(account.id), account)) } };
    },

    /**
     * Throws `VALIDATION_FAILED` for one that is not what was asked for, `CONFLICT` when there are ten already or somebody has
     * this one.
     */
    async finishPasskey(adder: Adder, name: string, response: NewPasskey) {
      const { userId, sessionId, address } = adder;
      const passkey: StoredPasskey = await passkeys.readNew(userId, readPasskeyName(name), response);
      const first = prepareCodes(dataKeys, userId);
      const changed = await factors.change(userId, (before) => {
        refuseSecond(adder, before);
        refuseKnown(passkey, before);
        const after = addPasskey(before, passkey);
        if (after === null) throw conflict(`You have ${secondFactorLimits.passkeys} passkeys: remove one first.`);
        return first.addTo(before, after);
      });
      const recoveryCodes = first.givenTo(changed);
      const details = { passkey: passkey.name };
      await recordAudit({
        ...toEntry(adder),
        action: 'second-factor.passkey-added',
        targetId: userId,
        address,
        details,
      });
      if (recoveryCodes) {
        await endSessions.endSessionsOf(userId, 'ended-elsewhere', sessionId === null ? {} : { keep: sessionId });
      }
      return { passkey, recoveryCodes };
    },
  };
}

/** Before the first session a password alone was shown: it adds the first factor and no other, whatever comes at once. */
function refuseSecond({ sessionId }: Adder, before: Factors): void {
  if (sessionId !== null || !hasFactor(before)) return;
  throw new AppError({ code: 'UNAUTHENTICATED', internal: 'a factor was set up meanwhile' });
}

/** Of one person's own passkeys; the database refuses one that somebody else has. */
function refuseKnown({ credentialId }: StoredPasskey, { passkeys }: Factors): void {
  if (passkeys.some((known) => known.credentialId === credentialId)) throw conflict('This passkey is in use already.');
}

/** Ten codes, for the case that the person has none yet: whether they do is known in the moment of the change alone. */
export function prepareCodes(dataKeys: DataKeys, userId: string) {
  const codes = makeRecoveryCodes();
  const marks = codes.map((code) => markRecoveryCode(dataKeys, userId, code));
  return {
    codes,
    marks,
    addTo: (before: Factors, after: Factors) => (hasFactor(before) ? after : { ...after, recoveryMarks: marks }),
    givenTo: (changed: Factors | null) => (changed?.recoveryMarks === marks ? codes : null),
  };
}

export function toEntry({ userId, sessionId }: Adder) {
  return { actorId: userId, ...(sessionId === null ? {} : { sessionId }) };
}

export function conflict(message: string): AppError {
  return new AppError({ code: 'CONFLICT', message });
}

function beginAnew(): AppError {
  return conflict('This took too long. Begin again with a new code to scan.');
}
