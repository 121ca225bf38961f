import type { Passkey, SecondFactorAnswer, TotpSecretAnswer } from '@hallway/contracts';
import { useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { useResource } from '../client/use-resource.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { FaultNotice } from '../pieces/fault-notice.tsx';
import { Card } from '../pieces/page.tsx';
import { RowsSkeleton } from '../pieces/skeleton.tsx';
import { ConfirmDialog, useConfirmation } from './confirm-dialog.tsx';
import { AppRow, CodesRow, PasskeyRows } from './factor-rows.tsx';
import { PasskeyRenaming } from './passkey-renaming.tsx';
import { PasskeySetup } from './passkey-setup.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { removalWords } from './security-words.ts';
import { TotpSetup } from './totp-setup.tsx';
import { TroubleLine } from './trouble-line.tsx';
import { useAttempt } from './use-attempt.ts';

type Open =
  | { what: 'totp'; secret: TotpSecretAnswer }
  | { what: 'passkey'; options: Record<string, unknown> }
  | { what: 'rename'; passkey: Passkey }
  | { what: 'codes'; codes: string[] };

/** How I sign in, beside the password. */
export function SecuritySection() {
  const { value, fault, reload } = useResource('second-factor', (from) => from.secondFactor.overview());
  if (value !== null) return <Factors overview={value} reload={reload} />;
  if (fault !== null) return <FaultNotice fault={fault} onRetry={reload} />;
  return <RowsSkeleton rows={2} label="Loading how you sign in" />;
}

function Factors({ overview, reload }: { overview: SecondFactorAnswer; reload: () => void }) {
  const { secondFactor } = useHallway();
  const { withConfirmation, settle } = useConfirmation();
  const { busy, trouble, attempt } = useAttempt(removalWords);
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => {
    setOpen(null);
    reload();
  };
  // The confirmation is asked for before a dialog opens, so that one stands on the screen and never two.
  const setUpTotp = () =>
    attempt(async () => {
      const secret = await withConfirmation(secondFactor.beginTotp);
      if (secret !== null) setOpen({ what: 'totp', secret });
    });
  const addPasskey = () =>
    attempt(async () => {
      const options = await withConfirmation(secondFactor.beginPasskey);
      if (options !== null) setOpen({ what: 'passkey', options });
    });
  const remove = (work: () => Promise<void>) =>
    attempt(async () => {
      await withConfirmation(work);
      reload();
    });
  const renew = () =>
    attempt(async () => {
      const codes = await withConfirmation(secondFactor.renewRecoveryCodes);
      if (codes !== null) setOpen({ what: 'codes', codes });
    });
  const show = (codes: string[] | null) => (codes === null ? close() : setOpen({ what: 'codes', codes }));
  const hasFactor = overview.totp !== null || overview.passkeys.length > 0;
  return (
    <>
      <Card className="divide-y divide-line">
        <AppRow
          totp={overview.totp}
          busy={busy}
          onSetUp={() => void setUpTotp()}
          onRemove={() => void remove(secondFactor.removeTotp)}
        />
        <PasskeyRows
          passkeys={overview.passkeys}
          busy={busy}
          onAdd={() => void addPasskey()}
          onRename={(passkey) => setOpen({ what: 'rename', passkey })}
          onRemove={(id) => void remove(() => secondFactor.removePasskey(id))}
        />
        {hasFactor ? <CodesRow left={overview.recoveryCodesLeft} busy={busy} onRenew={() => void renew()} /> : null}
      </Card>
      {overview.required ? (
        <p className="mt-2 text-small text-ink-soft">Your role needs at least one of the two.</p>
      ) : null}
      {trouble === null ? null : (
        <div className="mt-3">
          <TroubleLine trouble={trouble} />
        </div>
      )}
      {settle === null ? null : <ConfirmDialog hasPasskey={overview.passkeys.length > 0} onSettled={settle.with} />}
      <SetupDialog open={open} onDone={show} onClose={close} />
    </>
  );
}

interface SetupDialogProps {
  open: Open | null;
  onDone: (codes: string[] | null) => void;
  onClose: () => void;
}

function SetupDialog({ open, onDone, onClose }: SetupDialogProps) {
  const { secondFactor } = useHallway();
  if (open === null) return null;
  if (open.what === 'codes') {
    return (
      <Dialog title="Recovery codes" onClose={onClose}>
        <RecoveryCodes codes={open.codes} onKept={onClose} />
      </Dialog>
    );
  }
  if (open.what === 'totp') {
    return (
      <Dialog title="Authenticator app" onClose={onClose}>
        <TotpSetup
          begin={async () => open.secret}
          finish={async (code) => onDone((await secondFactor.finishTotp(code)).recoveryCodes)}
        />
      </Dialog>
    );
  }
  if (open.what === 'rename') {
    const { id, name } = open.passkey;
    const finish = async (chosen: string) => {
      await secondFactor.renamePasskey(id, chosen);
      onClose();
    };
    return (
      <Dialog title="Rename the passkey" onClose={onClose}>
        <PasskeyRenaming current={name} finish={finish} />
      </Dialog>
    );
  }
  return (
    <Dialog title="New passkey" onClose={onClose}>
      <PasskeySetup
        begin={async () => open.options}
        finish={async (name, passkey) => onDone((await secondFactor.finishPasskey(name, passkey)).recoveryCodes)}
      />
    </Dialog>
  );
}
