import type { Passkey, SecondFactorAnswer } from '@hallway/contracts';
import { CircleCheck, CircleDashed, KeyRound, Smartphone, Ticket } from 'lucide-react';
import type { ReactNode } from 'react';
import { useNow } from '../client/use-now.ts';
import { Button } from '../pieces/button.tsx';
import { toListTime } from '../words/times.ts';
import { hasPasskeys } from './browser-passkeys.ts';

interface RowProps {
  icon: ReactNode;
  title: string;
  note: ReactNode;
  children?: ReactNode;
}

function Row({ icon, title, note, children }: RowProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 p-4">
      <span aria-hidden="true" className="text-ink-soft">
        {icon}
      </span>
      <div className="min-w-48 flex-1">
        <h3 className="font-medium wrap-anywhere">{title}</h3>
        <p className="text-small text-ink-soft">{note}</p>
      </div>
      <div className="flex flex-wrap gap-2">{children}</div>
    </div>
  );
}

/** A sign and a word: colour alone says nothing. */
function State({ on, children }: { on: boolean; children: ReactNode }) {
  const Sign = on ? CircleCheck : CircleDashed;
  return (
    <span className="inline-flex items-center gap-1">
      <Sign aria-hidden="true" className={`size-4 shrink-0 ${on ? 'text-good' : ''}`} />
      {children}
    </span>
  );
}

interface AppRowProps {
  totp: SecondFactorAnswer['totp'];
  busy: boolean;
  onSetUp: () => void;
  onRemove: () => void;
}

export function AppRow({ totp, busy, onSetUp, onRemove }: AppRowProps) {
  const now = useNow();
  const note =
    totp === null ? (
      <State on={false}>Off. A code from your phone, after the password.</State>
    ) : (
      <State on>On since {toListTime(totp.addedAt, now)}</State>
    );
  return (
    <Row icon={<Smartphone className="size-5" />} title="Authenticator app" note={note}>
      <Button onClick={onSetUp} disabled={busy}>
        {totp === null ? 'Set up' : 'Replace'}
        <span className="sr-only"> the authenticator app</span>
      </Button>
      {totp === null ? null : (
        <Button look="danger" onClick={onRemove} disabled={busy}>
          Remove<span className="sr-only"> the authenticator app</span>
        </Button>
      )}
    </Row>
  );
}

interface PasskeyRowsProps {
  passkeys: Passkey[];
  busy: boolean;
  onAdd: () => void;
  onRename: (passkey: Passkey) => void;
  onRemove: (id: string) => void;
}

export function PasskeyRows({ passkeys, busy, onAdd, onRename, onRemove }: PasskeyRowsProps) {
  const now = useNow();
  const supported = hasPasskeys();
  return (
    <div>
      <Row
        icon={<KeyRound className="size-5" />}
        title="Passkeys"
        note={
          supported ? 'Sign in with a finger, a face, a PIN or a security key.' : 'This browser doesn’t know passkeys.'
        }
      >
        {supported ? (
          <Button onClick={onAdd} disabled={busy}>
            Add<span className="sr-only"> a passkey</span>
          </Button>
        ) : null}
      </Row>
      {passkeys.length === 0 ? null : (
        <ul aria-label="Passkeys" className="mx-4 mb-4 divide-y divide-line rounded-control border border-line">
          {passkeys.map((passkey) => (
            <PasskeyItem
              key={passkey.id}
              passkey={passkey}
              busy={busy}
              now={now}
              onRename={() => onRename(passkey)}
              onRemove={() => onRemove(passkey.id)}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

interface PasskeyItemProps {
  passkey: Passkey;
  busy: boolean;
  now: Date;
  onRename: () => void;
  onRemove: () => void;
}

function PasskeyItem({ passkey, busy, now, onRename, onRemove }: PasskeyItemProps) {
  const { name, createdAt, lastUsedAt } = passkey;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 p-3">
      <div className="min-w-40 flex-1">
        <p className="truncate font-medium" title={name}>
          {name}
        </p>
        <p className="text-small text-ink-soft">
          Added {toListTime(createdAt, now)}
          {lastUsedAt === null ? ' · not used yet' : ` · last used ${toListTime(lastUsedAt, now)}`}
        </p>
      </div>
      <Button disabled={busy} onClick={onRename} aria-label={`Rename the passkey ${name}`}>
        Rename
      </Button>
      <Button look="danger" disabled={busy} onClick={onRemove} aria-label={`Remove the passkey ${name}`}>
        Remove
      </Button>
    </li>
  );
}

export function CodesRow({ left, busy, onRenew }: { left: number; busy: boolean; onRenew: () => void }) {
  return (
    <Row
      icon={<Ticket className="size-5" />}
      title="Recovery codes"
      note={
        left === 0
          ? 'None left. Make new ones: without them, a lost phone locks you out.'
          : `${left} left, for when your phone or passkey is gone.`
      }
    >
      <Button onClick={onRenew} disabled={busy}>
        Make new codes
      </Button>
    </Row>
  );
}
