import type { SecondFactorStep } from '@hallway/contracts';
import { lazy, Suspense, useEffect, useState } from 'react';
import { PasswordForm } from './password-form.tsx';
import { SecondStep } from './second-step.tsx';

// Most people never see it.
const FirstFactorSetup = lazy(async () => ({ default: (await import('./first-factor.tsx')).FirstFactorSetup }));

type Stage = { at: 'password' } | { at: 'second-step'; step: SecondFactorStep } | { at: 'setup'; setupToken: string };

/** Stands at the address that was asked for, so that signing in goes on from there. */
export function SignInPage({ ended }: { ended: boolean }) {
  const [stage, setStage] = useState<Stage>({ at: 'password' });
  const back = () => setStage({ at: 'password' });
  useEffect(() => {
    document.title = 'Sign in · Hallway';
  }, []);
  return (
    <div className="visible-area safe-sides flex flex-col items-center overflow-y-auto bg-canvas py-12">
      <main className="my-auto w-full max-w-sm px-4">
        <img src="/favicon.svg" alt="" className="size-12" />
        <h1 className="mt-4 text-title font-semibold">Hallway</h1>
        <p className="mt-1 text-ink-soft">A calm place between classes.</p>
        {stage.at === 'password' ? (
          <PasswordForm
            ended={ended}
            onSecondStep={(step) => setStage({ at: 'second-step', step })}
            onSetup={(setupToken) => setStage({ at: 'setup', setupToken })}
          />
        ) : null}
        {stage.at === 'second-step' ? <SecondStep step={stage.step} onBack={back} /> : null}
        {stage.at === 'setup' ? (
          <Suspense fallback={null}>
            <FirstFactorSetup setupToken={stage.setupToken} onBack={back} />
          </Suspense>
        ) : null}
      </main>
    </div>
  );
}
