import type { ErrorBody } from '@hallway/contracts';
import { type FormEvent, useEffect, useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { toFault } from '../client/to-fault.ts';
import { Button } from '../pieces/button.tsx';
import { FaultLine } from '../pieces/fault-notice.tsx';
import { signInWords } from '../words/fault-words.ts';

const fieldShape = 'mt-1 block min-h-11 w-full rounded-control border border-ink-faint bg-surface px-3 py-2';

/** Stands at the address that was asked for, so that signing in goes on from there. */
export function SignInPage({ ended }: { ended: boolean }) {
  const client = useHallway();
  const [fault, setFault] = useState<ErrorBody | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = 'Sign in · Hallway';
  }, []);

  async function signIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFault(null);
    try {
      await client.signIn(String(form.get('username')).trim(), String(form.get('password')));
    } catch (thrown) {
      setFault(toFault(thrown));
      setBusy(false);
    }
  }

  return (
    <div className="visible-area safe-sides flex flex-col items-center overflow-y-auto bg-canvas py-12">
      <main className="my-auto w-full max-w-sm px-4">
        <img src="/favicon.svg" alt="" className="size-12" />
        <h1 className="mt-4 text-title font-semibold">Hallway</h1>
        <p className="mt-1 text-ink-soft">A calm place between classes.</p>
        <form onSubmit={signIn} className="mt-8 flex flex-col gap-4">
          {ended && fault === null ? (
            <p role="status" className="rounded-control border border-line bg-surface px-3 py-2 text-small">
              Your session has ended. Sign in again: what you wrote is kept on this device.
            </p>
          ) : null}
          <label className="font-medium">
            Username
            <input
              name="username"
              required
              maxLength={100}
              autoComplete="username"
              autoCapitalize="none"
              autoCorrect="off"
              spellCheck={false}
              className={fieldShape}
            />
          </label>
          <label className="font-medium">
            Password
            <input
              name="password"
              type="password"
              required
              maxLength={1000}
              autoComplete="current-password"
              className={fieldShape}
            />
          </label>
          {fault === null ? null : <FaultLine fault={fault} words={signInWords(fault)} />}
          <Button type="submit" look="primary" disabled={busy} className="min-h-11">
            {busy ? 'Signing in…' : 'Sign in'}
          </Button>
        </form>
      </main>
    </div>
  );
}
