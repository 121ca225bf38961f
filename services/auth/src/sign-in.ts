import { createAnnounceSessionEnded, createBusNames } from '@hallway/bus';
import { createTokenVerifier, isRedisAway, type Log, type Mongo } from '@hallway/platform';
import type { Redis } from 'ioredis';
import { createAccountsRepository } from './accounts/accounts.repository.ts';
import { createChangePassword } from './accounts/change-password.ts';
import { createCheckPassword } from './accounts/check-password.ts';
import { createHashingQueue } from './accounts/hashing-queue.ts';
import { createLoginLimits } from './accounts/login-limits.ts';
import { createPasswords } from './accounts/passwords.ts';
import type { AuthConfig } from './config.ts';
import { createIssueAccessToken } from './keys/issue-access-token.ts';
import { createKeyRing } from './keys/key-ring.ts';
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
export function buildSignIn({ config, log, mongo, redis }: SignInDeps) {
  const passwords = createPasswords({ memoryKib: config.PASSWORD_MEMORY_KIB, passes: config.PASSWORD_PASSES });
  const keyRing = createKeyRing({ signingKeys: config.AUTH_SIGNING_KEYS, directory: config.AUTH_KEYS_DIR });
  const accounts = createAccountsRepository(mongo.connection);
  const inTurn = createHashingQueue();
  const limits = buildLimits({ config, log, redis });
  const checkPassword = createCheckPassword({ accounts, passwords, limits, inTurn });
  const issuer = config.HALLWAY_ORIGIN;
  const sessions = createSessionsRepository(mongo.connection);
  const announcer = buildAnnouncer({ config, log, redis, listEndings: sessions.listEndings });
  const endSessions = createEndSessions({ sessions, announcer });
  const forSessions = {
    sessions,
    accounts,
    endSessions,
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
    keyRing,
    passwords,
    accounts,
    sessions,
    announcer,
    endSessions,
    checkPassword,
    accessSession: createAccessSession({ verifyToken, sessions }),
    changePassword: createChangePassword({ accounts, checkPassword, passwords, inTurn, endSessions }),
    openSession: createOpenSession(forSessions),
    refreshSession: createRefreshSession(forSessions),
    signOut: createSignOut({ sessions, endSessions, verifyToken }),
    cookie: createRefreshCookie({ secure: config.HALLWAY_ENV !== 'development', origin: issuer }),
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
  redis.on('close', () => announcer.onRedisLost());
  return announcer;
}
