import type { Log } from '@hallway/platform';
import type { Connection } from 'mongoose';
import type { AccountsRepository } from '../accounts/accounts.repository.ts';
import type { CheckCredentials } from '../accounts/check-credentials.ts';
import type { LoginLimits } from '../accounts/login-limits.ts';
import type { AuditLog } from '../audit/audit-log.repository.ts';
import type { RecordAudit } from '../audit/record-audit.ts';
import type { AuthConfig } from '../config.ts';
import type { EndSessions } from '../sessions/end-sessions.ts';
import type { OpenSession } from '../sessions/open-session.ts';
import type { SessionsRepository } from '../sessions/sessions.repository.ts';
import { createAddFactor } from './add-factor.ts';
import { createAnswerSecondStep } from './answer-second-step.ts';
import { createConfirmPerson, createRequireConfirmation, createRequireProof } from './confirm-person.ts';
import { createDataKeys } from './data-keys.ts';
import { createFactorsRepository } from './factors.repository.ts';
import { createPasskeyChallenges } from './passkey-challenges.ts';
import { createPasskeys } from './passkeys.ts';
import { createRemoveFactors } from './remove-factors.ts';
import { createRenamePasskey } from './rename-passkey.ts';
import { createRequiredRoles } from './required-roles.ts';
import { createSetUpBeforeSession } from './set-up-before-session.ts';
import { createShowFactor } from './show-factor.ts';
import { createSignInSteps } from './sign-in-steps.repository.ts';
import { createSignInWithPasskey } from './sign-in-with-passkey.ts';
import { createSignInWithPassword } from './sign-in-with-password.ts';

export interface StoresDeps {
  config: AuthConfig;
  connection: Connection;
  log: Log;
}

/** What second factors are kept in and checked with. Nothing of it signs anybody in. */
export function buildFactorStores({ config, connection, log }: StoresDeps) {
  const factors = createFactorsRepository(connection);
  const dataKeys = createDataKeys({ configured: config.AUTH_DATA_KEY, directory: config.AUTH_KEYS_DIR });
  const challenges = createPasskeyChallenges({ connection, dataKeys });
  return {
    factors,
    dataKeys,
    passkeys: createPasskeys({ origin: config.HALLWAY_ORIGIN, challenges, log }),
    steps: createSignInSteps(connection),
    requiredRoles: createRequiredRoles({ configured: config.SECOND_FACTOR_ROLES, factors }),
  };
}

export interface SecondFactorDeps extends ReturnType<typeof buildFactorStores> {
  accounts: AccountsRepository;
  checkCredentials: CheckCredentials;
  limits: LoginLimits;
  openSession: OpenSession;
  sessions: SessionsRepository;
  endSessions: EndSessions;
  recordAudit: RecordAudit;
  auditLog: AuditLog;
}

/** Everything that a sign-in does beside the password, and what people and administrators change of it. */
export function buildSecondFactor(deps: SecondFactorDeps) {
  const withFactor = { ...deps, showFactor: createShowFactor(deps) };
  const addFactor = createAddFactor(deps);
  const requireProof = createRequireProof(deps.sessions);
  return {
    signInWithPassword: createSignInWithPassword(deps),
    answerSecondStep: createAnswerSecondStep(withFactor),
    signInWithPasskey: createSignInWithPasskey(withFactor),
    setUpBeforeSession: createSetUpBeforeSession({ ...deps, addFactor }),
    confirmPerson: createConfirmPerson(withFactor),
    requireConfirmation: createRequireConfirmation(deps.sessions),
    addFactor,
    renamePasskey: createRenamePasskey(deps),
    removeFactors: createRemoveFactors({ ...deps, requireProof }),
    requireProof,
  };
}
