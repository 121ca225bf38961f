import { type SecondFactorMethod, secondFactorLimits } from '@hallway/contracts';

export interface Totp {
  /** Encrypted; its context is the person. */
  sealedSecret: string;
  addedAt: Date;
  /** The time step of the last accepted code: none of it or before it is accepted again. */
  lastStep: number;
  /** Wrong codes since the person last signed in with anything. */
  wrongInARow: number;
}

export interface StoredPasskey {
  /** Ours, for addresses. */
  id: string;
  name: string;
  /** The authenticator's, base64url. */
  credentialId: string;
  /** COSE, base64url. */
  publicKey: string;
  /** How often it was used by its own count; 0 where it does not count. */
  counter: number;
  transports: string[];
  backedUp: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** All that a person can show beside the password. Immutable: changes are functions from one to the next. */
export interface Factors {
  totp: Totp | null;
  /** A secret that was shown and of which no code has come back yet. */
  pendingTotp: { sealedSecret: string; madeAt: Date } | null;
  /** Marks of the codes that are left. */
  recoveryMarks: string[];
  passkeys: StoredPasskey[];
}

export const noFactors: Factors = { totp: null, pendingTotp: null, recoveryMarks: [], passkeys: [] };

// As many as NIST SP 800-63B allows: the limits of a quarter of an hour alone would let somebody go on for years.
export const mostWrongInARow = 100;

/** Recovery codes are a way in when a factor is lost, and no factor by themselves. */
export function hasFactor({ totp, passkeys }: Factors): boolean {
  return totp !== null || passkeys.length > 0;
}

export function methodsOf({ totp, passkeys, recoveryMarks }: Factors): SecondFactorMethod[] {
  return [
    ...(totp === null ? [] : (['totp'] as const)),
    ...(passkeys.length === 0 ? [] : (['passkey'] as const)),
    ...(recoveryMarks.length === 0 ? [] : (['recovery-code'] as const)),
  ];
}

/** Recovery codes belong to the factors that they stand in for. */
export function withoutOrphanedCodes(factors: Factors): Factors {
  return hasFactor(factors) ? factors : { ...factors, recoveryMarks: [] };
}

/** A code that was looked at: `step` is the time step of a right one, null for a wrong one. */
export function tryTotp(factors: Factors, totp: Totp, step: number | null): Factors {
  if (step === null) return { ...factors, totp: { ...totp, wrongInARow: totp.wrongInARow + 1 } };
  return { ...factors, totp: { ...totp, lastStep: step, wrongInARow: 0 } };
}

/** Whoever signs in by other means has shown who they are, and may use the app again. */
function withoutWrongCodes(factors: Factors): Factors {
  return factors.totp === null ? factors : { ...factors, totp: { ...factors.totp, wrongInARow: 0 } };
}

/** Null: the code is none of the person's, or was used. */
export function useRecoveryMark(factors: Factors, marks: readonly string[]): Factors | null {
  const left = factors.recoveryMarks.filter((mark) => !marks.includes(mark));
  return left.length === factors.recoveryMarks.length ? null : { ...withoutWrongCodes(factors), recoveryMarks: left };
}

/** Null: there is no room for another, or it is there already. */
export function addPasskey(factors: Factors, passkey: StoredPasskey): Factors | null {
  const { passkeys } = factors;
  const isKnown = passkeys.some(({ credentialId }) => credentialId === passkey.credentialId);
  if (isKnown || passkeys.length >= secondFactorLimits.passkeys) return null;
  return { ...factors, passkeys: [...passkeys, passkey] };
}

/** Null: there is no such passkey. */
export function removePasskey(factors: Factors, id: string): Factors | null {
  const passkeys = factors.passkeys.filter((passkey) => passkey.id !== id);
  return passkeys.length === factors.passkeys.length ? null : withoutOrphanedCodes({ ...factors, passkeys });
}

export interface PasskeyUse {
  credentialId: string;
  counter: number;
  backedUp: boolean;
  now: Date;
}

/**
 * Null: the passkey is gone, or its count did not grow. Counts that stand still or fall come from a copy of the passkey; most
 * passkeys of today do not count and say 0 for ever.
 */
export function usePasskey(factors: Factors, { credentialId, counter, backedUp, now }: PasskeyUse): Factors | null {
  const found = factors.passkeys.find((passkey) => passkey.credentialId === credentialId);
  const counts = found && (counter > 0 || found.counter > 0);
  if (!found || (counts && counter <= found.counter)) return null;
  const used = { ...found, counter, backedUp, lastUsedAt: now };
  const passkeys = factors.passkeys.map((passkey) => (passkey === found ? used : passkey));
  return { ...withoutWrongCodes(factors), passkeys };
}
