import { findSecondStep, findSetup } from '@hallway/client';
import type { SecondFactorStep } from '@hallway/contracts';
import type { FormEvent } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { Button } from '../pieces/button.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { askForPasskey, hasPasskeys } from '../security/browser-passkeys.ts';
import { passkeySignInWords } from '../security/security-words.ts';
import { TroubleLine } from '../security/trouble-line.tsx';
import { useAttempt } from '../security/use-attempt.ts';
import { signInWords } from '../words/fault-words.ts';

interface PasswordFormProps {
  /** Whether a session has just ended. */
  ended: boolean;
  onSecondStep: (step: SecondFactorStep) => void;
  onSetup: (setupToken: string) => void;
}

export function PasswordForm({ ended, onSecondStep, onSetup }: PasswordFormProps) {
  const client = useHallway();
  const password = useAttempt(signInWords);
  const passkey = useAttempt(passkeySignInWords);
  const busy = password.busy || passkey.busy;
  const trouble = password.trouble ?? passkey.trouble;

  async function signIn(form: FormData) {
    try {
      await client.signIn(String(form.get('username')).trim(), String(form.get('password')));
    } catch (thrown) {
      const [step, setup] = [findSecondStep(thrown), findSetup(thrown)];
      if (step === null && setup === null) throw thrown;
      if (step !== null) onSecondStep(step);
      if (setup !== null) onSetup(setup.setupToken);
    }
  }

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void password.attempt(() => signIn(form));
  };
  const withPasskey = () =>
    passkey.attempt(async () =>
      client.signInSteps.signInWithPasskey(await askForPasskey(await client.signInSteps.passkeyOptions())),
    );

  return (
    <form onSubmit={onSubmit} className="mt-8 flex flex-col gap-4">
      {ended && trouble === null ? (
        <p role="status" className="rounded-control border border-line bg-surface px-3 py-2 text-small">
          Your session has ended. Sign in again: what you wrote is kept on this device.
        </p>
      ) : null}
      <TextField
        label="Username"
        name="username"
        required
        maxLength={100}
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        required
        maxLength={1000}
        autoComplete="current-password"
      />
      <TroubleLine trouble={trouble} />
      <Button type="submit" look="primary" disabled={busy} className="min-h-11">
        {password.busy ? 'Signing in…' : 'Sign in'}
      </Button>
      {hasPasskeys() ? (
        <Button disabled={busy} onClick={() => void withPasskey()} className="min-h-11">
          Use a passkey
        </Button>
      ) : null}
    </form>
  );
}
