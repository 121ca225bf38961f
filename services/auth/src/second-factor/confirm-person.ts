import { type ConfirmationBody, secondFactorLimits } from '@hallway/contracts';
import { AppError, callerOf } from '@hallway/platform';
import type { FastifyRequest } from 'fastify';
import type { AccountsRepository } from '../accounts/accounts.repository.ts';
import type { CheckCredentials } from '../accounts/check-credentials.ts';
import type { SessionsRepository } from '../sessions/sessions.repository.ts';
import { wrongAnswer } from './answer-second-step.ts';
import type { ShowFactor } from './show-factor.ts';

export interface ConfirmPersonDeps {
  accounts: AccountsRepository;
  checkCredentials: CheckCredentials;
  showFactor: ShowFactor;
  sessions: SessionsRepository;
}

/** Who asks on a signed-in route. */
export interface Caller {
  userId: string;
  sessionId: string;
  address: string;
}

export function toCaller(request: FastifyRequest): Caller {
  const { sub: userId, sid: sessionId } = callerOf(request);
  return { userId, sessionId, address: request.ip };
}

/**
 * Confirms a session for five minutes, by the password or by a passkey that the device opened. Throws `INVALID_CREDENTIALS`, and
 * `RATE_LIMITED`, as a wrong password counts like one at the sign-in.
 */
export function createConfirmPerson({ accounts, checkCredentials, showFactor, sessions }: ConfirmPersonDeps) {
  return async function confirmPerson(caller: Caller, body: ConfirmationBody): Promise<void> {
    const { userId, sessionId, address } = caller;
    if ('passkey' in body) {
      const right = await showFactor.showPasskey({ userId, address }, body.passkey, `confirm ${userId}`);
      if (!right) throw wrongAnswer();
    } else {
      const account = await accounts.findById(userId);
      if (!account) throw new AppError({ code: 'SESSION_ENDED', internal: 'the account is gone' });
      await checkCredentials({ username: account.username, password: body.currentPassword, address });
    }
    await sessions.confirm(sessionId, new Date());
  };
}

export type ConfirmPerson = ReturnType<typeof createConfirmPerson>;

/**
 * Asks of a session that its person showed who they are within five minutes, at the sign-in or since. For what would let
 * somebody who took a token stay for good, such as making an administrator. Throws `CONFIRMATION_REQUIRED`.
 */
export function createRequireProof(sessions: SessionsRepository) {
  return async function requireProof(sessionId: string): Promise<void> {
    const session = await sessions.find(sessionId);
    const shownAt = Math.max(session?.createdAt.getTime() ?? 0, session?.confirmedAt?.getTime() ?? 0);
    if (Date.now() - shownAt < confirmedForMs) return;
    throw new AppError({ code: 'CONFIRMATION_REQUIRED', internal: 'nobody showed lately who they are' });
  };
}

export type RequireProof = ReturnType<typeof createRequireProof>;

const confirmedForMs = secondFactorLimits.stepSeconds * 1000;

/**
 * An `onRequest` hook for behind `authenticate`: lets through who has confirmed within five minutes. A machine that somebody left
 * open, or a token that somebody took, does not change how its owner signs in. Throws `CONFIRMATION_REQUIRED`.
 */
export function createRequireConfirmation(sessions: SessionsRepository) {
  return async function requireConfirmation(request: FastifyRequest): Promise<void> {
    const session = await sessions.find(callerOf(request).sid);
    const confirmedAt = session?.confirmedAt?.getTime() ?? 0;
    if (Date.now() - confirmedAt < confirmedForMs) return;
    throw new AppError({ code: 'CONFIRMATION_REQUIRED', internal: 'the session was not confirmed lately' });
  };
}
