import type { FirstFactor } from '@hallway/client';
import { useState } from 'react';
import { useHallway } from '../client/hallway-context.ts';
import { Button } from '../pieces/button.tsx';
import { hasPasskeys } from '../security/browser-passkeys.ts';
import { PasskeySetup } from '../security/passkey-setup.tsx';
import { RecoveryCodes } from '../security/recovery-codes.tsx';
import { TotpSetup } from '../security/totp-setup.tsx';

interface FirstFactorSetupProps {
  setupToken: string;
  onBack: () => void;
}

/** For roles that need a second factor: one is set up before the first session. */
export function FirstFactorSetup({ setupToken, onBack }: FirstFactorSetupProps) {
  const [done, setDone] = useState<FirstFactor | null>(null);
  const finish = (first: FirstFactor) => {
    if (first.recoveryCodes === null) void first.enter();
    else setDone(first);
  };
  if (done === null) return <Ways setupToken={setupToken} onBack={onBack} onDone={finish} />;
  return (
    <div className="mt-8 flex flex-col gap-4">
      <h2 className="text-heading font-semibold">Keep these codes</h2>
      <RecoveryCodes codes={done.recoveryCodes ?? []} onKept={() => void done.enter()} />
    </div>
  );
}

interface WaysProps extends FirstFactorSetupProps {
  onDone: (first: FirstFactor) => void;
}

function Ways({ setupToken, onBack, onDone }: WaysProps) {
  const { signInSteps } = useHallway();
  const [steps] = useState(() => signInSteps.setUp(setupToken));
  const first = hasPasskeys() ? null : 'totp';
  const [way, setWay] = useState<'totp' | 'passkey' | null>(first);
  return (
    <div className="mt-8 flex flex-col gap-4">
      <h2 className="text-heading font-semibold">Set up a second step</h2>
      {way === null ? <Choice onPick={setWay} /> : null}
      {way === 'totp' ? (
        <TotpSetup begin={steps.beginTotp} finish={async (code) => onDone(await steps.finishTotp(code))} />
      ) : null}
      {way === 'passkey' ? (
        <PasskeySetup
          begin={steps.beginPasskey}
          finish={async (name, passkey) => onDone(await steps.finishPasskey(name, passkey))}
        />
      ) : null}
      <div>
        <Button look="quiet" onClick={way === first ? onBack : () => setWay(null)}>
          Back
        </Button>
      </div>
    </div>
  );
}

function Choice({ onPick }: { onPick: (way: 'totp' | 'passkey') => void }) {
  return (
    <>
      <p>Your role needs more than a password. Choose what you’d like to use: you can add the other one later.</p>
      <Button onClick={() => onPick('totp')} className="min-h-11">
        Authenticator app
      </Button>
      <Button onClick={() => onPick('passkey')} className="min-h-11">
        Passkey
      </Button>
    </>
  );
}
