import type { NewPasskey } from '@hallway/contracts';
import type { FormEvent } from 'react';
import { Button } from '../pieces/button.tsx';
import { createPasskey } from './browser-passkeys.ts';
import { PasskeyNameField } from './passkey-name-field.tsx';
import { newPasskeyWords } from './security-words.ts';
import { TroubleLine } from './trouble-line.tsx';
import { useAttempt } from './use-attempt.ts';

interface PasskeySetupProps {
  begin: () => Promise<Record<string, unknown>>;
  finish: (name: string, passkey: NewPasskey) => Promise<void>;
}

/** Names a passkey, and has the browser make it. */
export function PasskeySetup({ begin, finish }: PasskeySetupProps) {
  const { busy, trouble, attempt } = useAttempt(newPasskeyWords);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name'));
    void attempt(async () => finish(name, await createPasskey(await begin())));
  };
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <p>A passkey signs you in with your finger, your face, a PIN or a security key. No password is typed.</p>
      <PasskeyNameField current="This device" />
      <TroubleLine trouble={trouble} />
      <Button type="submit" look="primary" disabled={busy}>
        Create passkey
      </Button>
    </form>
  );
}
