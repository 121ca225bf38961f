import { type Metrics, toAppError } from '@hallway/platform';
import type { SignIn } from './sign-in.ts';

type Steps = Pick<SignIn, 'signInWithPassword' | 'answerSecondStep' | 'signInWithPasskey'>;

/** The same steps of a sign-in, counted by what became of them: ok or an error code. */
export function countLogins(metrics: Metrics, steps: Steps): Steps {
  const logins = metrics.counter('hallway_logins_total', 'Sign-ins by step and result: ok or an error code.', [
    'step',
    'result',
  ]);

  function counted<A extends unknown[], R>(step: string, take: (...args: A) => Promise<R>) {
    return async (...args: A): Promise<R> => {
      try {
        const taken = await take(...args);
        logins.inc({ step, result: 'ok' });
        return taken;
      } catch (error) {
        logins.inc({ step, result: toAppError(error).code });
        throw error;
      }
    };
  }

  return {
    signInWithPassword: counted('password', steps.signInWithPassword),
    answerSecondStep: counted('second-factor', steps.answerSecondStep),
    signInWithPasskey: counted('passkey', steps.signInWithPasskey),
  };
}
