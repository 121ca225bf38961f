import { ConfigError, commonConfig, mongoConfig, publicPort, readConfig } from '@hallway/platform';
import { policyConfig } from '@hallway/policy';
import { type Static, Type } from 'typebox';
import { parseSigningKeys } from './keys/signing-keys.ts';
import { parseDataKeys } from './second-factor/data-keys.ts';

const role = 'student|parent|instructor|admin';

/** What the auth service is told, each with its reason. */
export const authConfig = Type.Object({
  ...commonConfig,
  ...publicPort,
  ...mongoConfig,
  ...policyConfig,
  AUTH_SIGNING_KEYS: Type.Optional(
    Type.String({ description: 'private ES256 keys as PEM blocks or a JWK set: the first signs, all verify' }),
  ),
  AUTH_KEYS_DIR: Type.Optional(
    Type.String({ description: 'folder where a signing key is made once; never in production' }),
  ),
  AUTH_DATA_KEY: Type.Optional(
    Type.String({
      description: 'keys of 32 bytes in base64 for secrets in the database: the first encrypts, all decrypt',
    }),
  ),
  SECOND_FACTOR_ROLES: Type.String({
    default: '',
    pattern: `^$|^(${role})( ?, ?(${role}))*$`,
    description: 'roles that must sign in with a second factor, separated by commas; none by default',
  }),
  DEMO_CAMPUS: Type.Boolean({
    default: false,
    description: 'makes the demo accounts where nobody has one; never in production',
  }),
  PROXY_HOPS: Type.Integer({
    default: 1,
    minimum: 0,
    maximum: 10,
    description: 'proxies in front: one too many lets anybody choose the address that limits count',
  }),
  ACCESS_TOKEN_TTL_SECONDS: Type.Integer({
    default: 600,
    minimum: 5,
    maximum: 600,
    description: 'life of an access token; ended sessions are remembered for eleven minutes, so no longer than ten',
  }),
  SESSION_IDLE_SECONDS: Type.Integer({
    default: 7 * 24 * 3600,
    minimum: 10,
    maximum: 90 * 24 * 3600,
    description: 'a session ends after this long without a refresh',
  }),
  SESSION_ABSOLUTE_SECONDS: Type.Integer({
    default: 30 * 24 * 3600,
    minimum: 10,
    maximum: 365 * 24 * 3600,
    description: 'a session ends after this long whatever happens',
  }),
  REFRESH_GRACE_SECONDS: Type.Integer({
    default: 10,
    minimum: 0,
    maximum: 60,
    description: 'for this long a used refresh token still works, for two tabs that refresh at once',
  }),
  SESSIONS_PER_PERSON: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 1000,
    description: 'sessions of one person; a further sign-in ends the one that was idle longest',
  }),
  LOGIN_WRONG_TRIES_PER_ACCOUNT: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 1000,
    description: 'wrong passwords for one account before it waits',
  }),
  LOGIN_ACCOUNT_WINDOW_SECONDS: Type.Integer({
    default: 900,
    minimum: 1,
    maximum: 86_400,
    description: 'over how long wrong passwords for one account are counted',
  }),
  LOGIN_WRONG_TRIES_PER_ADDRESS_MINUTE: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 100_000,
    description: 'wrong passwords from one address a minute; a whole school may share one address',
  }),
  // A campus signs in within the same minute: OWASP's least cost is 33 ms of one core, and raising it is one variable.
  PASSWORD_MEMORY_KIB: Type.Integer({
    default: 19_456,
    minimum: 19_456,
    maximum: 1_048_576,
    description: 'memory of one argon2id hash',
  }),
  PASSWORD_PASSES: Type.Integer({ default: 2, minimum: 2, maximum: 20, description: 'passes of one argon2id hash' }),
});
export type AuthConfig = Static<typeof authConfig>;

type Environment = Record<string, string | undefined>;

/** Reads the environment. Throws `ConfigError` with every fault, those between variables included. */
export function readAuthConfig(environment: Environment): AuthConfig {
  const faults: string[] = [];
  let config: AuthConfig | null = null;
  try {
    config = readConfig(authConfig, environment);
    faults.push(...findKeyFaults(config));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(...error.faults);
  }
  faults.push(...findProductionFaults(environment), ...findMissingKeys(environment));
  if (faults.length > 0 || config === null) throw new ConfigError(faults);
  return config;
}

function isProduction(environment: Environment): boolean {
  return (environment.HALLWAY_ENV || 'production') === 'production';
}

function isSet(environment: Environment, name: string): boolean {
  return Boolean(environment[name] || environment[`${name}_FILE`]);
}

function findProductionFaults(environment: Environment): string[] {
  if (!isProduction(environment)) return [];
  const faults: string[] = [];
  if (/^(true|1)$/i.test(environment.DEMO_CAMPUS ?? '')) {
    faults.push('DEMO_CAMPUS cannot be true in production: everybody knows the password of its accounts');
  }
  if (isSet(environment, 'AUTH_KEYS_DIR')) {
    faults.push('AUTH_KEYS_DIR cannot be used in production: give the keys in AUTH_SIGNING_KEYS');
  }
  return faults;
}

function findMissingKeys(environment: Environment): string[] {
  const faults: string[] = [];
  const hasFolder = !isProduction(environment) && isSet(environment, 'AUTH_KEYS_DIR');
  if (!isSet(environment, 'AUTH_SIGNING_KEYS') && !hasFolder) {
    const inProduction = 'AUTH_SIGNING_KEYS is missing: production needs a private ES256 key (PEM or JWK set)';
    const elsewhere = 'AUTH_KEYS_DIR is missing: a folder for the signing key, unless AUTH_SIGNING_KEYS is set';
    faults.push(isProduction(environment) ? inProduction : elsewhere);
  }
  // Where there is no folder either, its absence has been told.
  const asksForFolder = faults.length > 0 && !isProduction(environment);
  if (!isSet(environment, 'AUTH_DATA_KEY') && !hasFolder && !asksForFolder) {
    faults.push('AUTH_DATA_KEY is missing: 32 bytes in base64 that encrypt secrets in the database');
  }
  return faults;
}

function findKeyFaults(config: AuthConfig): string[] {
  return [
    ...findFault('AUTH_SIGNING_KEYS', config.AUTH_SIGNING_KEYS, parseSigningKeys),
    ...findFault('AUTH_DATA_KEY', config.AUTH_DATA_KEY, parseDataKeys),
  ];
}

function findFault(name: string, value: string | undefined, parse: (text: string) => unknown): string[] {
  if (value === undefined) return [];
  try {
    parse(value);
    return [];
  } catch (error) {
    return [`${name} has an unusable value: ${(error as Error).message}`];
  }
}
