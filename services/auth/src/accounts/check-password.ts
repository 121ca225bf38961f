import { limits } from '@hallway/contracts';
import { validationFailed } from '@hallway/platform';
import type { IsCommonPassword } from './common-passwords.ts';
import { toPlainForm } from './password-core.ts';

export interface PasswordChoice {
  password: string;
  /** Of the person who will sign in with it. */
  username: string;
  name: string;
  /** Where in the body it stands, for the answer: `/password` or `/newPassword`. */
  path: string;
}

// Shorter names are part of too many words to be looked for inside them.
const namePartLength = 4;

/**
 * Checks a password that somebody chose, for themselves or for another. Throws `VALIDATION_FAILED` with what is wrong with it:
 * its length, that it is common, or that it holds the person's own username or name.
 */
export function createCheckPassword({ isCommonPassword }: { isCommonPassword: IsCommonPassword }) {
  function findFault({ password, username, name }: PasswordChoice): string | null {
    if (password.length < limits.passwordMin) return `must have at least ${limits.passwordMin} characters`;
    if (password.length > limits.passwordMax) return `must have at most ${limits.passwordMax} characters`;
    if (holdsName(password, username)) return 'must not contain the username';
    if (name.split(/[\s.,'-]+/).some((part) => holdsName(password, part))) return 'must not contain the name';
    if (isCommonPassword(password)) return 'is too common: it would be among the first to be guessed';
    return null;
  }

  return function checkPassword(choice: PasswordChoice): void {
    const message = findFault(choice);
    if (message !== null) throw validationFailed([{ path: choice.path, message }]);
  };
}

export type CheckPassword = ReturnType<typeof createCheckPassword>;

/** A long name anywhere, a short one as a word of its own: `tom-likes-books`, but not `tomorrow`. */
function holdsName(password: string, name: string): boolean {
  const sought = toPlainForm(name);
  const plain = toPlainForm(password);
  if (sought.length >= namePartLength) return plain.includes(sought);
  return sought.length > 1 && plain.split(/[^\p{L}\p{N}]+/u).includes(sought);
}
