import { AppError, validationFailed } from '@hallway/platform';

const usernameForm = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._@+-]*$/u;
const controlCharacter = /\p{Cc}/u;

/**
 * A username as it is stored: composed, and as written otherwise. Letters and digits of every script, and `. _ @ + -` after the
 * first. Throws `VALIDATION_FAILED`.
 */
export function readUsername(text: string): string {
  const username = text.normalize('NFKC');
  if (usernameForm.test(username)) return username;
  throw validationFailed([
    { path: '/username', message: 'must begin with a letter or a digit and have only letters, digits and . _ @ + -' },
  ]);
}

/** A name or title without spaces around it; throws `VALIDATION_FAILED` for an empty one and for control characters. */
export function readLine(text: string, path: string): string {
  const line = text.trim();
  if (line !== '' && !controlCharacter.test(line)) return line;
  throw validationFailed([{ path, message: 'must be one line of text that is not empty' }]);
}

/** A time whose form the schema checked; throws `VALIDATION_FAILED` for one that no calendar has, such as a 31 April. */
export function readTime(text: string, path: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime()) && time.toISOString() === text) return time;
  throw validationFailed([{ path, message: 'is not a time that exists' }]);
}

/** What was looked for, or `NOT_FOUND`. */
export function found<T>(thing: T | null | undefined, what: string): T {
  if (thing === null || thing === undefined) throw new AppError({ code: 'NOT_FOUND', internal: `no such ${what}` });
  return thing;
}

export function conflict(message: string): AppError {
  return new AppError({ code: 'CONFLICT', message });
}
