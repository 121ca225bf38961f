import { createAnnounceSessionEnded, createBusNames } from '@hallway/bus';
import { createTokenVerifier, isRedisAway, type Log, type Mongo, onRedisLost } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { type AccountsRepository, createAccountsRepository } from './accounts/accounts.repository.ts';
import { createChangePassword } from './accounts/change-password.ts';
import { createCheckCredentials } from './accounts/check-credentials.ts';
import { createCheckPassword } from './accounts/check-password.ts';
import { readCommonPasswords } from './accounts/common-passwords.ts';
import { createHashingQueue } from './accounts/hashing-queue.ts';
import { createLoginLimits } from './accounts/login-limits.ts';
import { createPasswords } from './accounts/passwords.ts';
import { createAuditLog } from './audit/audit-log.repository.ts';
import { createRecordAudit, type RecordAudit } from './audit/record-audit.ts';
import type { AuthConfig } from './config.ts';
import { createIssueAccessToken } from './keys/issue-access-token.ts';
import { createKeyRing, type KeyRing } from './keys/key-ring.ts';
import { buildFactorStores, buildSecondFactor } from './second-factor/build-second-factor.ts';
import type { RequiredRoles } from './second-factor/required-roles.ts';
import { createAccessSession } from './sessions/access-session.ts';
import { createEndingsAnnouncer } from './sessions/announce-endings.ts';
import { createEndSessions } from './sessions/end-sessions.ts';
import { createOpenSession } from './sessions/open-session.ts';
import { createRefreshCookie } from './sessions/refresh-cookie.ts';
import { createRefreshSession } from './sessions/refresh-session.ts';
import { createSessionsRepository } from './sessions/sessions.repository.ts';
import { createSignOut } from './sessions/sign-out.ts';

export interface SignInDeps {
  config: AuthConfig;
  log: Log;
  mongo: Mongo;
  redis: Redis;
}

export type SignIn = ReturnType<typeof buildSignIn>;

/** Puts together everything between a password and the end of a session. */
export function buildSignIn(deps: SignInDeps) {
  const { config, mongo, log } = deps;
  const keyRing = createKeyRing({ signingKeys: config.AUTH_SIGNING_KEYS, directory: config.AUTH_KEYS_DIR, log });
  const accounts = createAccountsRepository(mongo.connection);
  const auditLog = createAuditLog(mongo.connection);
  const base = { keyRing, accounts, auditLog, recordAudit: createRecordAudit({ auditLog, log }) };
  const endings = buildEndings(deps, accounts);
  const passwords = buildPasswords(deps, accounts);
  const stores = buildFactorStores({ config, connection: mongo.connection, log });
  const sessions = buildSessions(deps, { ...base, ...endings, ...stores });
  return {
    ...base,
    ...endings,
    ...passwords,
    ...stores,
    ...sessions,
    ...buildSecondFactor({ ...base, ...endings, ...passwords, ...stores, ...sessions }),
    async loadKeys(): Promise<void> {
      await keyRing.load();
      await stores.dataKeys.load();
    },
    changePassword: createChangePassword({ ...base, ...endings, ...passwords }),
    cookie: createRefreshCookie({ secure: config.HALLWAY_ENV !== 'development', origin: config.HALLWAY_ORIGIN }),
  };
}

interface Base {
  keyRing: KeyRing;
  accounts: AccountsRepository;
  recordAudit: RecordAudit;
}

/** What ends sessions, and tells of it. */
function buildEndings({ config, log, mongo, redis }: SignInDeps, accounts: AccountsRepository) {
  const sessions = createSessionsRepository(mongo.connection);
  const announcer = buildAnnouncer({ config, log, redis, listEndings: sessions.listEndings });
  const endSessions = createEndSessions({ sessions, accounts, announcer });
  return { sessions, announcer, endSessions, endSessionsOf: endSessions.endSessionsOf };
}

/** Everything about passwords: what is a good one, whether it is right, and how it is kept. */
function buildPasswords({ config, log, redis }: SignInDeps, accounts: AccountsRepository) {
  const passwords = createPasswords({ memoryKib: config.PASSWORD_MEMORY_KIB, passes: config.PASSWORD_PASSES });
  const inTurn = createHashingQueue();
  const limits = buildLimits({ config, log, redis });
  return {
    passwords,
    limits,
    checkCredentials: createCheckCredentials({ accounts, passwords, limits, inTurn }),
    checkPassword: createCheckPassword({ isCommonPassword: readCommonPasswords() }),
    /** New passwords stand in one line of their own, whosever they are. */
    hashPassword: (password: string): Promise<string> => inTurn('new-password', () => passwords.hash(password)),
  };
}

type SessionsBase = Base & ReturnType<typeof buildEndings> & { requiredRoles: RequiredRoles };

/** From a checked password to a session, and on to the next token of it. */
function buildSessions({ config, log }: SignInDeps, base: SessionsBase) {
  const { keyRing, sessions, endSessions } = base;
  const issuer = config.HALLWAY_ORIGIN;
  const forSessions = {
    ...base,
    issueAccessToken: createIssueAccessToken({ keyRing, issuer, ttlSeconds: config.ACCESS_TOKEN_TTL_SECONDS }),
    lifetimes: {
      idleSeconds: config.SESSION_IDLE_SECONDS,
      absoluteSeconds: config.SESSION_ABSOLUTE_SECONDS,
      graceSeconds: config.REFRESH_GRACE_SECONDS,
    },
    sessionsPerPerson: config.SESSIONS_PER_PERSON,
    log,
  };
  // Whether a session ended is asked of the database, see `createAccessSession`.
  const verifyToken = createTokenVerifier({ findKey: keyRing.findKey, issuer, isEnded: () => false });
  return {
    accessSession: createAccessSession({ verifyToken, sessions }),
    openSession: createOpenSession(forSessions),
    refreshSession: createRefreshSession(forSessions),
    signOut: createSignOut({ sessions, endSessions, verifyToken }),
  };
}

function buildLimits({ config, log, redis }: Omit<SignInDeps, 'mongo'>) {
  return createLoginLimits({
    redis,
    log,
    names: createBusNames(config.REDIS_PREFIX),
    wrongTriesPerAccount: config.LOGIN_WRONG_TRIES_PER_ACCOUNT,
    accountWindowSeconds: config.LOGIN_ACCOUNT_WINDOW_SECONDS,
    wrongTriesPerAddressMinute: config.LOGIN_WRONG_TRIES_PER_ADDRESS_MINUTE,
  });
}

type AnnouncerDeps = Omit<SignInDeps, 'mongo'> & Pick<Parameters<typeof createEndingsAnnouncer>[0], 'listEndings'>;

function buildAnnouncer({ config, log, redis, listEndings }: AnnouncerDeps) {
  const announcer = createEndingsAnnouncer({
    announce: createAnnounceSessionEnded({ redis, names: createBusNames(config.REDIS_PREFIX) }),
    listEndings,
    isReachable: () => !isRedisAway(redis),
    log,
  });
  onRedisLost(redis, () => announcer.onRedisLost());
  return announcer;
}
