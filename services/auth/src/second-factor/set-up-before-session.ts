import type { NewPasskey } from '@hallway/contracts';
import { AppError } from '@hallway/platform';
import { type Account, type AccountsRepository, toUsernameKey } from '../accounts/accounts.repository.ts';
import type { LoginLimits } from '../accounts/login-limits.ts';
import type { OpenSession, SignedIn } from '../sessions/open-session.ts';
import type { AddFactor } from './add-factor.ts';
import { createAccessStep, type Visitor } from './answer-second-step.ts';
import type { FactorsRepository } from './factors.repository.ts';
import { hasFactor } from './factors.ts';
import type { SignInSteps } from './sign-in-steps.repository.ts';

export interface SetUpBeforeSessionDeps {
  steps: SignInSteps;
  accounts: AccountsRepository;
  factors: FactorsRepository;
  limits: LoginLimits;
  addFactor: AddFactor;
  openSession: OpenSession;
}

export interface FirstSession {
  signedIn: SignedIn;
  recoveryCodes: string[] | null;
}

/**
 * For somebody whose role needs a factor and who has none: the setup token of their login sets one up, does nothing else, and is
 * over with their first session. Throws `UNAUTHENTICATED` for a token that is over; also when a factor was set up meanwhile, as a
 * password alone must not add another.
 */
export function createSetUpBeforeSession(deps: SetUpBeforeSessionDeps) {
  const { steps, accounts, factors, limits, addFactor, openSession } = deps;
  const accessStep = createAccessStep(deps);

  async function accessSetup(token: string): Promise<Account> {
    const { account } = await accessStep('setup', token);
    if (hasFactor(await factors.find(account.id))) throw setupOver('a factor was set up meanwhile');
    return account;
  }

  /** The account is read again: setting a factor up began a new epoch of its sessions. */
  async function begin(token: string, { id, username }: Account, { address, device }: Visitor): Promise<SignedIn> {
    await steps.end(token);
    const account = await accounts.findById(id);
    if (!account) throw setupOver('the account is gone');
    await limits.remember({ usernameKey: toUsernameKey(username), address });
    return openSession(account, device);
  }

  return {
    beginTotp: async (token: string) => addFactor.beginTotp(await accessSetup(token)),
    beginPasskey: async (token: string) => addFactor.beginPasskey(await accessSetup(token)),

    async finishTotp(token: string, code: string, visitor: Visitor): Promise<FirstSession> {
      const account = await accessSetup(token);
      const adder = { userId: account.id, sessionId: null, address: visitor.address };
      const recoveryCodes = await addFactor.finishTotp(adder, code);
      return { signedIn: await begin(token, account, visitor), recoveryCodes };
    },

    async finishPasskey(token: string, given: { name: string; passkey: NewPasskey }, visitor: Visitor) {
      const account = await accessSetup(token);
      const adder = { userId: account.id, sessionId: null, address: visitor.address };
      const { recoveryCodes } = await addFactor.finishPasskey(adder, given.name, given.passkey);
      return { signedIn: await begin(token, account, visitor), recoveryCodes };
    },
  };
}

export type SetUpBeforeSession = ReturnType<typeof createSetUpBeforeSession>;

function setupOver(internal: string): AppError {
  return new AppError({ code: 'UNAUTHENTICATED', internal });
}
