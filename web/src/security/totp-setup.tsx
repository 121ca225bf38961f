import type { TotpSecretAnswer } from '@hallway/contracts';
import { type FormEvent, lazy, Suspense, useEffect, useState } from 'react';
import { Button } from '../pieces/button.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { setupWords } from './security-words.ts';
import { TroubleLine } from './trouble-line.tsx';
import { useAttempt } from './use-attempt.ts';

const QrCode = lazy(async () => ({ default: (await import('./qr-code.tsx')).QrCode }));

interface TotpSetupProps {
  begin: () => Promise<TotpSecretAnswer>;
  /** With the code that the app shows. */
  finish: (code: string) => Promise<void>;
}

/** Shows the secret once, as a picture and as text, and asks for the first code of it. */
export function TotpSetup({ begin, finish }: TotpSetupProps) {
  const [shown, setShown] = useState<TotpSecretAnswer | null>(null);
  const { busy, trouble, attempt } = useAttempt(setupWords);
  // Once when it opens: asking again would make another secret, and the first code would not fit.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  useEffect(() => {
    void attempt(async () => setShown(await begin()));
  }, []);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get('code'));
    void attempt(() => finish(code));
  };
  if (shown === null) return <TroubleLine trouble={trouble} />;
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <p>Scan this with an authenticator app on your phone.</p>
      <div className="flex min-h-48 justify-center">
        <Suspense fallback={null}>
          <QrCode text={shown.uri} label="Picture to scan with an authenticator app" />
        </Suspense>
      </div>
      <p className="text-small text-ink-soft">
        No camera, or is the app on this device?{' '}
        <a href={shown.uri} className="text-accent underline">
          Open the app
        </a>
        , or enter this key in it:{' '}
        <code data-testid="totp-secret" className="break-all text-ink">
          {shown.secret.match(/.{1,4}/g)?.join(' ')}
        </code>
      </p>
      <CodeField />
      <TroubleLine trouble={trouble} />
      <Button type="submit" look="primary" disabled={busy}>
        Turn on
      </Button>
    </form>
  );
}

/** Six digits; phones offer the numbers, and browsers what an app on the device shows. */
export function CodeField({ autoFocus = false }: { autoFocus?: boolean }) {
  return (
    <TextField
      label="Code"
      name="code"
      required
      autoFocus={autoFocus}
      inputMode="numeric"
      autoComplete="one-time-code"
      maxLength={7}
      pattern="[0-9]{3} ?[0-9]{3}"
      title="Six digits"
      hint="The six digits that the app shows now."
      className="tabular-nums"
    />
  );
}
