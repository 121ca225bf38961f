import { type SecondFactorSetup, type SecondFactorStep, secondFactorLimits } from '@hallway/contracts';
import { AppError } from '@hallway/platform';
import { type Account, toUsernameKey } from '../accounts/accounts.repository.ts';
import type { CheckCredentials, Credentials } from '../accounts/check-credentials.ts';
import type { LoginLimits } from '../accounts/login-limits.ts';
import type { OpenSession, SignedIn } from '../sessions/open-session.ts';
import type { FactorsRepository } from './factors.repository.ts';
import { type Factors, hasFactor, methodsOf } from './factors.ts';
import type { Passkeys } from './passkeys.ts';
import type { RequiredRoles } from './required-roles.ts';
import type { SignInSteps } from './sign-in-steps.repository.ts';

export interface SignInWithPasswordDeps {
  checkCredentials: CheckCredentials;
  openSession: OpenSession;
  limits: LoginLimits;
  factors: FactorsRepository;
  passkeys: Passkeys;
  steps: SignInSteps;
  requiredRoles: RequiredRoles;
}

const expiresIn = secondFactorLimits.stepSeconds;

/**
 * From a name and a password to a session. Throws what `checkCredentials` throws; `SECOND_FACTOR_REQUIRED` where the person has
 * a factor, with the challenge of the second step; and `SECOND_FACTOR_SETUP_REQUIRED` where a role needs one and there is none,
 * with a token that does nothing else than set one up.
 */
export function createSignInWithPassword(deps: SignInWithPasswordDeps) {
  const { checkCredentials, openSession, limits, factors, passkeys, steps, requiredRoles } = deps;

  async function toSecondStep({ id: userId, sessionsEpoch: epoch }: Account, known: Factors): Promise<AppError> {
    const challenge = await steps.create('second-factor', { userId, epoch });
    const step: SecondFactorStep = { challenge, expiresIn, methods: methodsOf(known) };
    if (known.passkeys.length > 0) {
      const options = await passkeys.useOptions(`second-step ${userId}`, known.passkeys);
      step.passkeyOptions = { ...options };
    }
    return new AppError({ code: 'SECOND_FACTOR_REQUIRED', internal: 'the second step follows', details: step });
  }

  async function toSetup({ id: userId, sessionsEpoch: epoch }: Account): Promise<AppError> {
    const details: SecondFactorSetup = { setupToken: await steps.create('setup', { userId, epoch }), expiresIn };
    return new AppError({ code: 'SECOND_FACTOR_SETUP_REQUIRED', internal: 'a role needs a second factor', details });
  }

  return async function signInWithPassword(credentials: Credentials, device: string): Promise<SignedIn> {
    const account = await checkCredentials(credentials);
    const known = await factors.find(account.id);
    if (hasFactor(known)) throw await toSecondStep(account, known);
    if (requiredRoles.isRequired(account)) throw await toSetup(account);
    await limits.remember({ usernameKey: toUsernameKey(account.username), address: credentials.address });
    return openSession(account, device);
  };
}

export type SignInWithPassword = ReturnType<typeof createSignInWithPassword>;
