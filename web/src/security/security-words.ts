import type { ErrorBody } from '@hallway/contracts';
import { toFault } from '../client/to-fault.ts';
import { actionWords, toWait } from '../words/fault-words.ts';
import { PasskeyRefused } from './browser-passkeys.ts';

/** Something that did not work: what the person reads, and what support asks for. */
export interface Trouble {
  words: string;
  /** Null: it never left this device. */
  fault: ErrorBody | null;
}

type Words = (fault: ErrorBody) => string;

export function toTrouble(thrown: unknown, toWords: Words): Trouble {
  if (thrown instanceof PasskeyRefused) return { words: thrown.message, fault: null };
  const fault = toFault(thrown);
  return { words: toWords(fault), fault };
}

/** For the second step of a sign-in. */
export function secondStepWords(fault: ErrorBody): string {
  switch (fault.code) {
    case 'INVALID_CREDENTIALS':
      return 'That didn’t work. A code works once and for half a minute: wait for the next one and try again.';
    case 'VALIDATION_FAILED':
      return 'Enter the six digits that the app shows.';
    case 'UNAUTHENTICATED':
      return 'This took too long, or too many tries. Go back and sign in again.';
    case 'RATE_LIMITED':
      return `There were too many tries. Wait, and try again ${toWait(fault.retryAfterMs)}.`;
    case 'TEMPORARILY_UNAVAILABLE':
      return 'We can’t reach Hallway at the moment. Check your connection, or try again shortly.';
    default:
      return 'Signing in didn’t work, through a fault on our side. Try again.';
  }
}

/** For signing in with a passkey alone. */
export function passkeySignInWords(fault: ErrorBody): string {
  if (fault.code !== 'INVALID_CREDENTIALS') return secondStepWords(fault);
  return 'That passkey doesn’t sign in here. Use your username and password.';
}

/** For setting a factor up. */
export function setupWords(fault: ErrorBody): string {
  switch (fault.code) {
    case 'VALIDATION_FAILED':
      return 'That isn’t the code of this moment. Wait for the next one and try again.';
    case 'CONFLICT':
      return fault.message;
    case 'UNAUTHENTICATED':
      return 'This took too long. Go back and sign in again.';
    default:
      return actionWords(fault, 'Setting this up');
  }
}

/** For a new passkey. */
export function newPasskeyWords(fault: ErrorBody): string {
  if (fault.code !== 'VALIDATION_FAILED') return setupWords(fault);
  return 'That passkey didn’t fit, or came too late. Close this and begin again.';
}

/** For showing again who sits there. */
export function confirmWords(fault: ErrorBody): string {
  if (fault.code === 'INVALID_CREDENTIALS') return 'That isn’t right. Check it and try again.';
  return actionWords(fault, 'Confirming');
}

/** For another name of a passkey. */
export function renamingWords(fault: ErrorBody): string {
  if (fault.code === 'VALIDATION_FAILED') return 'A name is one line of text. Enter one and try again.';
  if (fault.code === 'NOT_FOUND') return 'That passkey was removed meanwhile.';
  return actionWords(fault, 'Renaming');
}

/** For taking a factor away. */
export function removalWords(fault: ErrorBody): string {
  return fault.code === 'CONFLICT' ? fault.message : actionWords(fault, 'Removing that');
}
