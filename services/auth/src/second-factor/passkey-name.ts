import { validationFailed } from '@hallway/platform';

const controlCharacter = /\p{Cc}/u;

/** The name that somebody gives a passkey, without spaces around it. Throws `VALIDATION_FAILED`. */
export function readPasskeyName(text: string): string {
  const name = text.trim();
  if (name !== '' && !controlCharacter.test(name)) return name;
  throw validationFailed([{ path: '/name', message: 'must be one line of text that is not empty' }]);
}
