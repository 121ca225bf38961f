import { type FormEvent, useCallback, useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';
import { Button } from '../pieces/button.tsx';
import { Dialog } from '../pieces/dialog.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { askForPasskey } from './browser-passkeys.ts';
import { confirmWords } from './security-words.ts';
import { TroubleLine } from './trouble-line.tsx';
import { useAttempt } from './use-attempt.ts';

/** Runs work again after the person has confirmed who they are; answers null when they would not. */
export type WithConfirmation = <T>(work: () => Promise<T>) => Promise<T | null>;

/** What the server wants confirmed is asked for when it says so, and not before: a confirmation lasts for five minutes. */
export function useConfirmation() {
  const [settle, setSettle] = useState<{ with: (confirmed: boolean) => void } | null>(null);
  const withConfirmation: WithConfirmation = useCallback(async (work) => {
    try {
      return await work();
    } catch (thrown) {
      if (toFault(thrown).code !== 'CONFIRMATION_REQUIRED') throw thrown;
    }
    const confirmed = await new Promise<boolean>((resolve) => setSettle({ with: resolve }));
    setSettle(null);
    return confirmed ? await work() : null;
  }, []);
  return { withConfirmation, settle };
}

interface ConfirmDialogProps {
  hasPasskey: boolean;
  onSettled: (confirmed: boolean) => void;
}

export function ConfirmDialog({ hasPasskey, onSettled }: ConfirmDialogProps) {
  const client = useHallway();
  const { busy, trouble, attempt } = useAttempt(confirmWords);
  const withPassword = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const currentPassword = String(new FormData(event.currentTarget).get('password'));
    void attempt(async () => {
      await client.secondFactor.confirm({ currentPassword });
      onSettled(true);
    });
  };
  const withPasskey = () =>
    attempt(async () => {
      const passkey = await askForPasskey(await client.secondFactor.confirmOptions());
      await client.secondFactor.confirm({ passkey });
      onSettled(true);
    });
  return (
    <Dialog title="Confirm that it’s you" onClose={() => onSettled(false)}>
      <form onSubmit={withPassword} className="flex flex-col gap-4">
        <p>You’re about to change how you sign in.</p>
        <TextField
          label="Password"
          name="password"
          type="password"
          required
          maxLength={1000}
          autoComplete="current-password"
        />
        <TroubleLine trouble={trouble} />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" look="primary" disabled={busy}>
            Confirm
          </Button>
          {hasPasskey ? (
            <Button onClick={() => void withPasskey()} disabled={busy}>
              Use a passkey
            </Button>
          ) : null}
        </div>
      </form>
    </Dialog>
  );
}
