import { generateSecret, generateURI, verifySync } from 'otplib';

const stepSeconds = 30;

/** A new secret of 160 bits in base32, as authenticator apps take it. */
export function makeTotpSecret(): string {
  return generateSecret();
}

/** What an authenticator app reads from a QR code: RFC 6238 with SHA-1, six digits and 30 seconds, as every app does it. */
export function toTotpUri(secret: string, username: string): string {
  return generateURI({ issuer: 'Hallway', label: username, secret });
}

export interface TotpTry {
  secret: string;
  /** As typed: spaces and hyphens do not count. */
  code: string;
  /** The last time step whose code was accepted; null where none was. */
  lastStep: number | null;
  now: Date;
}

/**
 * The time step of a right code, or null. A clock may be one step of 30 seconds early or late. The code of an accepted step,
 * and of any step before it, is not right again.
 */
export function findTotpStep({ secret, code, lastStep, now }: TotpTry): number | null {
  const token = code.replace(/[\s-]/g, '');
  const epoch = Math.floor(now.getTime() / 1000);
  // A clock that was set back: codes are right again when it has caught up.
  const isAhead = lastStep !== null && lastStep > Math.floor(epoch / stepSeconds);
  if (!/^\d{6}$/.test(token) || isAhead) return null;
  const after = lastStep === null ? {} : { afterTimeStep: lastStep };
  const result = verifySync({ secret, token, epoch, epochTolerance: stepSeconds, ...after });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
}
