import type { SecondStepBody } from '@hallway/contracts';
import { AppError } from '@hallway/platform';
import { type Account, type AccountsRepository, toUsernameKey } from '../accounts/accounts.repository.ts';
import type { LoginLimits } from '../accounts/login-limits.ts';
import type { RecordAudit } from '../audit/record-audit.ts';
import type { OpenSession, SignedIn } from '../sessions/open-session.ts';
import type { ShowFactor } from './show-factor.ts';
import type { SignInStep, SignInSteps, StepKind } from './sign-in-steps.repository.ts';

export interface AnswerSecondStepDeps {
  steps: SignInSteps;
  accounts: AccountsRepository;
  limits: LoginLimits;
  showFactor: ShowFactor;
  openSession: OpenSession;
  recordAudit: RecordAudit;
}

/** From where somebody signs in, and with what. */
export interface Visitor {
  address: string;
  device: string;
}

/**
 * The second step of a sign-in. Throws `UNAUTHENTICATED` when the step is unknown, over, or out of tries: the password has to
 * be given again; `INVALID_CREDENTIALS` for whatever is not right; and `RATE_LIMITED`, as wrong answers count like wrong
 * passwords of the account and of the address.
 */
export function createAnswerSecondStep(deps: AnswerSecondStepDeps) {
  const { steps, limits, openSession } = deps;
  const accessStep = createAccessStep(deps);
  const isRight = createIsRight(deps.showFactor);

  return async function answerSecondStep(body: SecondStepBody, { address, device }: Visitor): Promise<SignedIn> {
    const { account, triesLeft } = await accessStep('second-factor', body.challenge);
    const attempt = { usernameKey: toUsernameKey(account.username), address };
    const counted = await limits.countTry(attempt);
    if (!(await isRight(body, { userId: account.id, address }))) {
      if (triesLeft === 0) await tellGuessing(account.id, address, deps);
      throw wrongAnswer();
    }
    await counted.giveBack();
    if (!(await steps.end(body.challenge))) throw stepOver('the step was answered at the same moment');
    await limits.remember(attempt);
    return openSession(account, device);
  };
}

export type AnswerSecondStep = ReturnType<typeof createAnswerSecondStep>;

/** Takes a try of a step and finds whose it is. Throws `UNAUTHENTICATED` for one that leads nowhere any more. */
export function createAccessStep({ steps, accounts }: Pick<AnswerSecondStepDeps, 'steps' | 'accounts'>) {
  return async function accessStep(kind: StepKind, token: string): Promise<{ account: Account } & SignInStep> {
    const step = await steps.takeTry(kind, token);
    const account = step && (await accounts.findById(step.userId));
    if (!step || !account?.active || step.epoch !== account.sessionsEpoch) throw stepOver('the step is over');
    return { account, ...step };
  };
}

function createIsRight({ showTotp, showRecoveryCode, showPasskey }: ShowFactor) {
  return async function isRight(body: SecondStepBody, who: { userId: string; address: string }): Promise<boolean> {
    if ('code' in body) return showTotp(who, body.code);
    if ('recoveryCode' in body) return showRecoveryCode(who, body.recoveryCode);
    return showPasskey(who, body.passkey, `second-step ${who.userId}`);
  };
}

/** Who knows the password and not the code is somebody else: whoever looks into the log should see it. */
async function tellGuessing(userId: string, address: string, { recordAudit }: AnswerSecondStepDeps): Promise<void> {
  await recordAudit({ actorId: null, action: 'second-factor.guessed', targetId: userId, address });
}

export function wrongAnswer(): AppError {
  const message = 'That did not work. Try again, or in another way.';
  return new AppError({ code: 'INVALID_CREDENTIALS', message, internal: 'a second factor was not right' });
}

function stepOver(internal: string): AppError {
  return new AppError({ code: 'UNAUTHENTICATED', internal });
}
