import { readFileSync } from 'node:fs';
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { findCommonContradictions } from './config-contradictions.ts';
import { redisUrlForms, redisUrlPattern } from './redis-url.ts';
import { tracingConfig } from './tracing.ts';

/** A configuration that cannot be used. `faults` names every variable that is wrong, one readable line each. */
export class ConfigError extends Error {
  readonly faults: string[];
  constructor(faults: string[]) {
    super(`The configuration cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

export type Environment = Record<string, string | undefined>;

/**
 * What is wrong between variables, one readable line each that begins with the name of the variable to change. Only values
 * that are usable by themselves are given, so that a rule never repeats what was told already.
 */
export type FindContradictions<C> = (values: Partial<C>, environment: Environment) => string[];

/**
 * Reads a configuration from environment variables by a schema whose property names are the variables' names.
 * A value may instead stand in a file that `<NAME>_FILE` names; both at once is a fault. Empty counts as absent.
 * What every service's variables must not say together is checked here, and a service adds its own rules.
 * Throws `ConfigError` with all faults at once.
 */
export function readConfig<T extends TObject>(
  schema: T,
  environment: Environment,
  findContradictions: FindContradictions<Static<T>> = () => [],
): Static<T> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const required = schema.required?.includes(name) ?? false;
    const value = readValue({ name, property, required, environment, faults });
    if (value !== undefined) values[name] = value;
  }
  faults.push(...findCommonContradictions(values), ...findContradictions(values as Partial<Static<T>>, environment));
  if (faults.length > 0) throw new ConfigError(faults);
  return values as Static<T>;
}

interface Variable {
  name: string;
  property: TSchema;
  required: boolean;
  environment: Environment;
  faults: string[];
}

function readValue({ name, property, required, environment, faults }: Variable): unknown {
  const faultsBefore = faults.length;
  const raw = readRaw(name, environment, faults);
  if (faults.length > faultsBefore) return undefined;
  const value = raw === undefined ? (property as { default?: unknown }).default : convert(property, raw);
  if (value === undefined) {
    if (required) faults.push(`${name} is missing: ${describe(property)}`);
    return undefined;
  }
  if (Value.Check(property, value)) return value;
  faults.push(`${name} has an unusable value: ${describe(property)}`);
  return undefined;
}

/** Text that only begins with a number, or that a generous reader would round, is no integer. */
function convert(property: TSchema, raw: string): unknown {
  const { type } = property as { type?: string };
  return type === 'integer' && !/^\s*[+-]?\d+\s*$/.test(raw) ? raw : Value.Convert(property, raw);
}

function readRaw(name: string, environment: Environment, faults: string[]): string | undefined {
  const direct = environment[name] || undefined;
  const file = environment[`${name}_FILE`] || undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) {
    faults.push(`${name} and ${name}_FILE are both set: keep one`);
    return undefined;
  }
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    faults.push(`${name}_FILE cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}

function describe(property: TSchema): string {
  const { description, type, anyOf, minimum, maximum } = property as {
    description?: string;
    type?: string;
    anyOf?: { const?: unknown }[];
    minimum?: number;
    maximum?: number;
  };
  const choices = anyOf?.map((choice) => JSON.stringify(choice.const)).join(', ');
  const from = minimum === undefined ? '' : ` from ${minimum}`;
  const range = `${from}${maximum === undefined ? '' : ` to ${maximum}`}`;
  const shape = choices ? `one of ${choices}` : `${type ?? 'a value'}${range}`;
  return description ? `${shape} (${description})` : shape;
}

/** What every service is told, each with its reason. A service adds its own variables to these. */
export const commonConfig = {
  HALLWAY_ENV: Type.Union([Type.Literal('development'), Type.Literal('test'), Type.Literal('production')], {
    default: 'production',
    description: 'production refuses conveniences such as generated keys and demo accounts',
  }),
  HALLWAY_ORIGIN: Type.String({
    pattern: '^https?://[^/]+$',
    description: 'the public origin that people open, without a slash at the end; also the issuer of tokens',
  }),
  INSTANCE_ID: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9._-]{1,64}$',
      description: 'name of this process in logs; a random one otherwise',
    }),
  ),
  HOST: Type.String({ default: '0.0.0.0', description: 'address to listen on' }),
  INTERNAL_PORT: Type.Integer({
    minimum: 0,
    maximum: 65535,
    description: 'port of /livez, /readyz and /metrics; never routed from outside',
  }),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'least severe level that is logged' },
  ),
  REDIS_URL: Type.String({
    pattern: redisUrlPattern,
    description: `Redis or Valkey for live traffic: ${redisUrlForms}`,
  }),
  REDIS_PREFIX: Type.String({
    pattern: '^[A-Za-z0-9._-]{1,40}$',
    default: 'hallway',
    description: 'begins every key, so that several installations can share one Redis',
  }),
  ...tracingConfig,
} as const;

export const publicPort = {
  PORT: Type.Integer({ minimum: 0, maximum: 65535, description: 'port that clients reach through the front door' }),
} as const;

export const mongoConfig = {
  MONGODB_URI: Type.String({
    pattern: '^mongodb(\\+srv)?://',
    description: 'MongoDB with the name of the database in its path',
  }),
} as const;

export const queueConfig = {
  QUEUE_REDIS_URL: Type.String({
    pattern: redisUrlPattern,
    description: 'Redis or Valkey for jobs, with noeviction, in the same forms; may be the same as REDIS_URL',
  }),
} as const;

export const authUrlConfig = {
  AUTH_URL: Type.String({
    pattern: '^https?://',
    description: 'where the auth service serves its public keys',
  }),
  AUTH_INTERNAL_URL: Type.String({
    pattern: '^https?://',
    description: 'internal port of the auth service, asked for ended sessions while Redis is away',
  }),
} as const;
