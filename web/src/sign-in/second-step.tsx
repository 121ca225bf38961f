import type { SecondFactorMethod, SecondFactorStep } from '@hallway/contracts';
import { type FormEvent, useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { Button } from '../pieces/button.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { askForPasskey, hasPasskeys } from '../security/browser-passkeys.ts';
import { secondStepWords } from '../security/security-words.ts';
import { CodeField } from '../security/totp-setup.tsx';
import { TroubleLine } from '../security/trouble-line.tsx';
import { useAttempt } from '../security/use-attempt.ts';

const switchWords: Record<SecondFactorMethod, string> = {
  totp: 'Use the authenticator app',
  passkey: 'Use a passkey',
  'recovery-code': 'Use a recovery code',
};

interface SecondStepProps {
  step: SecondFactorStep;
  onBack: () => void;
}

/** After the password: a code, a passkey, or one of the codes that were kept for the day on which both are gone. */
export function SecondStep({ step, onBack }: SecondStepProps) {
  const client = useHallway();
  const methods = step.methods.filter((method) => method !== 'passkey' || hasPasskeys());
  const [method, setMethod] = useState<SecondFactorMethod>(methods[0] ?? 'recovery-code');
  const { busy, trouble, attempt, forget } = useAttempt(secondStepWords);
  const { challenge, passkeyOptions = {} } = step;
  const change = (other: SecondFactorMethod) => {
    setMethod(other);
    forget();
  };
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void attempt(async () => {
      if (method === 'totp') return client.signInSteps.answer({ challenge, code: String(form.get('code')) });
      if (method === 'recovery-code') {
        return client.signInSteps.answer({ challenge, recoveryCode: String(form.get('recoveryCode')) });
      }
      return client.signInSteps.answer({ challenge, passkey: await askForPasskey(passkeyOptions) });
    });
  };
  return (
    <form onSubmit={onSubmit} className="mt-8 flex flex-col gap-4">
      <h2 className="text-heading font-semibold">One more step</h2>
      {/* Another way is another field: what was typed for the first belongs to it. */}
      <MethodField key={method} method={method} />
      <TroubleLine trouble={trouble} />
      <Button type="submit" look="primary" disabled={busy} className="min-h-11">
        {method === 'passkey' ? 'Use a passkey' : 'Continue'}
      </Button>
      <div className="flex flex-wrap gap-2">
        {methods
          .filter((other) => other !== method)
          .map((other) => (
            <Button key={other} look="quiet" onClick={() => change(other)}>
              {switchWords[other]}
            </Button>
          ))}
        <Button look="quiet" onClick={onBack}>
          Back
        </Button>
      </div>
    </form>
  );
}

function MethodField({ method }: { method: SecondFactorMethod }) {
  if (method === 'totp') return <CodeField autoFocus />;
  if (method === 'passkey') return <p>Confirm with your finger, your face, a PIN or a security key.</p>;
  return (
    <TextField
      label="Recovery code"
      name="recoveryCode"
      required
      autoFocus
      maxLength={40}
      autoComplete="off"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      hint="One of the codes that you kept when you set this up. Each works once."
    />
  );
}
