import { commonConfig, type Environment, mongoConfig, publicPort, readConfig } from '@hallway/platform';
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

/** Reads the environment. Throws `ConfigError` with every fault, those between variables included. */
export function readAuthConfig(environment: Environment): AuthConfig {
  return readConfig(authConfig, environment, findAuthContradictions);
}

function findAuthContradictions(values: Partial<AuthConfig>, environment: Environment): string[] {
  return [
    ...findKeyFaults(values),
    ...findProductionFaults(values),
    ...findMissingKeys(values, environment),
    ...findSessionFaults(values),
    ...findProxyFaults(values),
  ];
}

/** Also where a value was refused: what is set badly is not missing. */
function isSet(environment: Environment, name: string): boolean {
  return Boolean(environment[name] || environment[`${name}_FILE`]);
}

function findProductionFaults({ HALLWAY_ENV, DEMO_CAMPUS, AUTH_KEYS_DIR }: Partial<AuthConfig>): string[] {
  if (HALLWAY_ENV !== 'production') return [];
  const faults: string[] = [];
  if (DEMO_CAMPUS) {
    faults.push('DEMO_CAMPUS cannot be true in production: everybody knows the password of its accounts');
  }
  if (AUTH_KEYS_DIR !== undefined) {
    faults.push('AUTH_KEYS_DIR cannot be used in production: give the keys in AUTH_SIGNING_KEYS');
  }
  return faults;
}

function findMissingKeys({ HALLWAY_ENV }: Partial<AuthConfig>, environment: Environment): string[] {
  const faults: string[] = [];
  const isProduction = HALLWAY_ENV === 'production';
  const hasFolder = !isProduction && isSet(environment, 'AUTH_KEYS_DIR');
  if (!isSet(environment, 'AUTH_SIGNING_KEYS') && !hasFolder) {
    const inProduction = 'AUTH_SIGNING_KEYS is missing: production needs a private ES256 key (PEM or JWK set)';
    const elsewhere = 'AUTH_KEYS_DIR is missing: a folder for the signing key, unless AUTH_SIGNING_KEYS is set';
    faults.push(isProduction ? inProduction : elsewhere);
  }
  // Where there is no folder either, its absence has been told.
  const asksForFolder = faults.length > 0 && !isProduction;
  if (!isSet(environment, 'AUTH_DATA_KEY') && !hasFolder && !asksForFolder) {
    faults.push('AUTH_DATA_KEY is missing: 32 bytes in base64 that encrypt secrets in the database');
  }
  return faults;
}

function findSessionFaults(values: Partial<AuthConfig>): string[] {
  const { SESSION_IDLE_SECONDS: idle, SESSION_ABSOLUTE_SECONDS: absolute, ACCESS_TOKEN_TTL_SECONDS: token } = values;
  if (idle === undefined) return [];
  const faults: string[] = [];
  if (absolute !== undefined && idle > absolute) {
    faults.push(
      `SESSION_IDLE_SECONDS is ${idle}, more than SESSION_ABSOLUTE_SECONDS (${absolute}): it would never be reached`,
    );
  }
  // A client asks for a new token shortly before the old one ends, so a session that idles less is gone by then.
  if (token !== undefined && idle <= token) {
    faults.push(
      `SESSION_IDLE_SECONDS is ${idle}, not more than ACCESS_TOKEN_TTL_SECONDS (${token}): sessions end before their refresh`,
    );
  }
  return faults;
}

function findProxyFaults({ HALLWAY_ORIGIN, PROXY_HOPS }: Partial<AuthConfig>): string[] {
  if (PROXY_HOPS !== 0 || !HALLWAY_ORIGIN?.startsWith('https:')) return [];
  return [
    'PROXY_HOPS is 0 although HALLWAY_ORIGIN is https: a proxy that ends TLS would pass for everybody who signs in',
  ];
}

function findKeyFaults(values: Partial<AuthConfig>): string[] {
  return [
    ...findFault('AUTH_SIGNING_KEYS', values.AUTH_SIGNING_KEYS, parseSigningKeys),
    ...findFault('AUTH_DATA_KEY', values.AUTH_DATA_KEY, parseDataKeys),
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
