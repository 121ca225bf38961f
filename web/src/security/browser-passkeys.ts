import type { NewPasskey, UsedPasskey } from '@hallway/contracts';

type Options = Record<string, unknown>;

/** Whether this browser knows passkeys at all. */
export function hasPasskeys(): boolean {
  return typeof PublicKeyCredential !== 'undefined';
}

/** The person closed the browser's window, took too long, or the device would not: nothing was sent anywhere. */
export class PasskeyRefused extends Error {
  override readonly name = 'PasskeyRefused';
}

/** Asks the browser for a new passkey. Throws `PasskeyRefused` with a sentence for the person. */
export async function createPasskey(options: Options): Promise<NewPasskey> {
  const { startRegistration } = await import('@simplewebauthn/browser');
  const optionsJSON = options as unknown as Parameters<typeof startRegistration>[0]['optionsJSON'];
  return (await ask(() => startRegistration({ optionsJSON }))) as NewPasskey;
}

/** Asks the browser to use a passkey. Throws `PasskeyRefused` with a sentence for the person. */
export async function askForPasskey(options: Options): Promise<UsedPasskey> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  const optionsJSON = options as unknown as Parameters<typeof startAuthentication>[0]['optionsJSON'];
  return (await ask(() => startAuthentication({ optionsJSON }))) as UsedPasskey;
}

async function ask<T>(ceremony: () => Promise<T>): Promise<T> {
  try {
    return await ceremony();
  } catch (cause) {
    throw new PasskeyRefused(toSentence(cause), { cause });
  }
}

function toSentence(cause: unknown): string {
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'InvalidStateError') return 'This device has a passkey for your account already.';
  if (name === 'SecurityError') return 'Passkeys don’t work at this address. Ask an administrator.';
  return 'No passkey was used. Try again when you’re ready.';
}
