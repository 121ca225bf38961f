import type { UsedPasskey } from '@hallway/contracts';
import { type AccountsRepository, toUsernameKey } from '../accounts/accounts.repository.ts';
import type { LoginLimits } from '../accounts/login-limits.ts';
import type { OpenSession, SignedIn } from '../sessions/open-session.ts';
import { type Visitor, wrongAnswer } from './answer-second-step.ts';
import type { FactorsRepository } from './factors.repository.ts';
import type { ShowFactor } from './show-factor.ts';

export interface SignInWithPasskeyDeps {
  accounts: AccountsRepository;
  factors: FactorsRepository;
  limits: LoginLimits;
  showFactor: ShowFactor;
  openSession: OpenSession;
}

/**
 * Signs in whoever a passkey belongs to: having it and opening it are two factors at once. Throws `INVALID_CREDENTIALS` alike for
 * an unknown passkey, a wrong signature and a deactivated account. Nothing is counted: a signature cannot be guessed.
 */
export function createSignInWithPasskey(deps: SignInWithPasskeyDeps) {
  const { accounts, factors, limits, showFactor, openSession } = deps;
  return async function signInWithPasskey(passkey: UsedPasskey, { address, device }: Visitor): Promise<SignedIn> {
    const handle = passkey.response.userHandle;
    const known = handle ? await factors.findByHandle(handle) : null;
    // Read before the passkey is: one that is removed meanwhile ends the sessions of this epoch.
    const account = known && (await accounts.findById(known.userId));
    const right =
      account?.active && (await showFactor.showPasskey({ userId: account.id, address }, passkey, 'sign-in'));
    if (!account || !right) throw wrongAnswer();
    await limits.remember({ usernameKey: toUsernameKey(account.username), address });
    return openSession(account, device);
  };
}

export type SignInWithPasskey = ReturnType<typeof createSignInWithPasskey>;
