import { randomInt } from 'node:crypto';
import { secondFactorLimits } from '@hallway/contracts';
import type { DataKeys } from './data-keys.ts';

// Without the letters i, l, o and u, which are mistaken for others.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const groups = 3;
const groupLength = 4;

/** Ten codes of 60 random bits, written like `x7k2-9mfq-4tzc`. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: secondFactorLimits.recoveryCodes }, () =>
    Array.from({ length: groups }, makeGroup).join('-'),
  );
}

function makeGroup(): string {
  return Array.from({ length: groupLength }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** The one form of all ways in which somebody copies a code from paper. */
export function toRecoveryCode(typed: string): string {
  return typed.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1');
}

/** What the database keeps of a code: of no use without the key of the configuration, however many codes one may try. */
export function markRecoveryCode(dataKeys: Pick<DataKeys, 'mark'>, userId: string, code: string): string {
  return dataKeys.mark(toRecoveryCode(code), contextOf(userId));
}

export function marksOfRecoveryCode(dataKeys: Pick<DataKeys, 'marks'>, userId: string, code: string): string[] {
  return dataKeys.marks(toRecoveryCode(code), contextOf(userId));
}

function contextOf(userId: string): string {
  return `recovery-code ${userId}`;
}
