import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, type Environment } from '@hallway/platform';
import type { TSchema } from 'typebox';
import { afterAll, describe, expect, it } from 'vitest';
import { findMisspeltVariables } from '../../libs/platform/src/misspelt-variables.ts';
import { configuredServices, goodEnvironment } from './services.ts';

const folder = mkdtempSync(join(tmpdir(), 'hallway-bad-configuration-'));
afterAll(() => rmSync(folder, { recursive: true }));

function faultsOf(read: (environment: Environment) => unknown, environment: Environment): string[] {
  try {
    read(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

const { PORT: port } = goodEnvironment;

/** What does not fit a schema whatever it is for; none where any text fits, such as for HOST. */
function malformedValues(schema: TSchema): string[] {
  const { type, anyOf, pattern, minimum, maximum } = schema as {
    type?: string;
    anyOf?: unknown[];
    pattern?: string;
    minimum?: number;
    maximum?: number;
  };
  if (type === 'integer') {
    const outside = [
      minimum === undefined ? [] : [String(minimum - 1)],
      maximum === undefined ? [] : [String(maximum + 1)],
    ];
    return ['many', '1.5', '80abc', '0x10', 'true', ...outside.flat()];
  }
  if (type === 'boolean') return ['perhaps', '2'];
  if (anyOf) return ['something-else'];
  return pattern ? ['*/ \\'] : [];
}

describe.each(configuredServices)('the configuration of $name', ({ schema, read }) => {
  const variables = Object.entries(schema.properties);
  const required = variables
    .filter(([name]) => schema.required?.includes(name))
    .filter(([, property]) => !('default' in property));

  it('when everything is right, is taken', () => {
    expect(faultsOf(read, goodEnvironment)).toEqual([]);
  });

  it.each(required.map(([name]) => name))('when %s is missing or empty, names it and nothing else', (name) => {
    for (const value of [undefined, '']) {
      expect(faultsOf(read, { ...goodEnvironment, [name]: value })).toEqual([
        expect.stringMatching(`^${name} is missing: `),
      ]);
    }
  });

  const malformed = variables.flatMap(([name, property]) =>
    malformedValues(property).map((value) => [name, value] as const),
  );
  it.each(malformed)('when %s is %j, names it and nothing else', (name, value) => {
    const faults = faultsOf(read, { ...goodEnvironment, [name]: value });
    expect(faults).toEqual([expect.stringMatching(`^${name} has an unusable value: .+\\(.+\\)$`)]);
  });

  it.each(variables.map(([name]) => name))(
    'when %s also stands in a file, or that cannot be read, names it',
    (name) => {
      const both = faultsOf(read, {
        ...goodEnvironment,
        [name]: goodEnvironment[name] ?? '1',
        [`${name}_FILE`]: '/dev/null',
      });
      expect(both).toEqual([`${name} and ${name}_FILE are both set: keep one`]);
      const unreadable = { ...goodEnvironment, [name]: undefined, [`${name}_FILE`]: join(folder, 'nowhere') };
      expect(faultsOf(read, unreadable)).toEqual([expect.stringMatching(`^${name}_FILE cannot be read: `)]);
      // A folder is what a container engine makes of a secret that does not exist.
      expect(faultsOf(read, { ...unreadable, [`${name}_FILE`]: folder })).toEqual([
        expect.stringMatching(`^${name}_FILE cannot be read: `),
      ]);
    },
  );

  it('when everything is missing, names each once', () => {
    const faults = faultsOf(read, {});
    const named = faults.map((fault) => fault.split(' ')[0]);
    expect(named).toEqual(expect.arrayContaining(required.map(([name]) => name)));
    expect(new Set(named).size).toBe(named.length);
  });
});

interface Contradiction {
  service: string;
  environment: Record<string, string>;
  says: RegExp;
}

const everywhere = (environment: Record<string, string>, says: RegExp): Contradiction[] =>
  configuredServices
    .filter(({ schema }) => Object.keys(environment).every((name) => name in schema.properties))
    .map(({ name: service }) => ({ service, environment, says }));

const inDevelopment = { HALLWAY_ENV: 'development' };

const contradictions: Contradiction[] = [
  ...everywhere({ INTERNAL_PORT: port ?? '', PORT: port ?? '' }, /^INTERNAL_PORT is \d+, as PORT is/),
  ...everywhere({ HALLWAY_ORIGIN: 'http://hallway.example.edu' }, /^HALLWAY_ORIGIN is not https in production/),
  ...everywhere(
    { HALLWAY_ORIGIN: 'https://Hallway.example.edu:443' },
    /^HALLWAY_ORIGIN is not written .*: https:\/\/hallway\.example\.edu$/,
  ),
  ...everywhere({ HALLWAY_ORIGIN: 'https://a b' }, /^HALLWAY_ORIGIN has an unusable value/),
  ...everywhere({ AUTH_INTERNAL_URL: goodEnvironment.AUTH_URL ?? '' }, /^AUTH_INTERNAL_URL is the same as AUTH_URL/),
  ...everywhere({ AUTH_URL: 'http://auth:99999' }, /^AUTH_URL has an unusable value: it is no address/),
  ...everywhere({ MONGODB_URI: 'mongodb://mongo:27017/' }, /^MONGODB_URI names no database/),
  ...everywhere({ MONGODB_URI: 'mongodb://mongo/hallway?w=1' }, /^MONGODB_URI weakens writes/),
  ...everywhere({ MONGODB_URI: 'mongodb://mongo/hallway?journal=false' }, /^MONGODB_URI weakens writes/),
  ...everywhere(
    { MONGODB_URI: 'mongodb://mongo/hallway?readPreference=nearest' },
    /^MONGODB_URI reads from other members/,
  ),
  ...everywhere(
    { MONGODB_URI: 'mongodb://a,b/hallway?directConnection=true' },
    /^MONGODB_URI .*requires exactly one host/,
  ),
  ...everywhere(
    { MONGODB_URI: 'mongodb://mongo/hallway?retryWrites=maybe' },
    /^MONGODB_URI .*retryWrites must be either/,
  ),
  ...everywhere({ REDIS_URL: 'redis://redis:99999' }, /^REDIS_URL has an unusable value: a port/),
  ...everywhere({ QUEUE_REDIS_URL: 'redis+cluster://a:1,b:99999' }, /^QUEUE_REDIS_URL has an unusable value: a port/),
  { service: 'auth', environment: { DEMO_CAMPUS: 'true' }, says: /^DEMO_CAMPUS cannot be true in production/ },
  { service: 'auth', environment: { DEMO_CAMPUS: '1' }, says: /^DEMO_CAMPUS cannot be true in production/ },
  { service: 'auth', environment: { AUTH_KEYS_DIR: '/keys' }, says: /^AUTH_KEYS_DIR cannot be used in production/ },
  { service: 'auth', environment: { AUTH_SIGNING_KEYS: '' }, says: /^AUTH_SIGNING_KEYS is missing: production needs/ },
  { service: 'auth', environment: { AUTH_SIGNING_KEYS: 'x' }, says: /^AUTH_SIGNING_KEYS has an unusable value/ },
  { service: 'auth', environment: { AUTH_DATA_KEY: '' }, says: /^AUTH_DATA_KEY is missing/ },
  { service: 'auth', environment: { AUTH_DATA_KEY: 'x' }, says: /^AUTH_DATA_KEY has an unusable value/ },
  {
    service: 'auth',
    environment: { ...inDevelopment, AUTH_SIGNING_KEYS: '' },
    says: /^AUTH_KEYS_DIR is missing: a folder/,
  },
  { service: 'auth', environment: { PROXY_HOPS: '0' }, says: /^PROXY_HOPS is 0 although HALLWAY_ORIGIN is https/ },
  {
    service: 'auth',
    environment: { SESSION_IDLE_SECONDS: '7200', SESSION_ABSOLUTE_SECONDS: '3600' },
    says: /^SESSION_IDLE_SECONDS is 7200, more than SESSION_ABSOLUTE_SECONDS \(3600\)/,
  },
  {
    service: 'auth',
    environment: { SESSION_IDLE_SECONDS: '600' },
    says: /^SESSION_IDLE_SECONDS is 600, not more than ACCESS_TOKEN_TTL_SECONDS \(600\)/,
  },
  {
    service: 'gateway',
    environment: { ALLOWED_ORIGINS: 'https://other.example' },
    says: /^ALLOWED_ORIGINS leaves out HALLWAY_ORIGIN/,
  },
  {
    service: 'gateway',
    environment: { PING_TIMEOUT_MS: '20000' },
    says: /^PING_INTERVAL_MS, PING_TIMEOUT_MS and .* are 33000/,
  },
  {
    service: 'worker',
    environment: { NOTIFY_AFTER_SECONDS: '900' },
    says: /^NOTIFY_REBUILD_MINUTES is 15, not longer/,
  },
];

describe('variables that contradict each other', () => {
  it.each(contradictions)(
    'when $service is told $environment, is told what to change',
    ({ service, environment, says }) => {
      const { read } = configuredServices.find(({ name }) => name === service) ?? { read: () => undefined };
      expect(faultsOf(read, { ...goodEnvironment, ...environment })).toEqual([expect.stringMatching(says)]);
    },
  );

  it.each(configuredServices)(
    'when $name has several faults of all kinds, tells all of them at once',
    ({ read, schema }) => {
      const faults = faultsOf(read, {
        ...goodEnvironment,
        INTERNAL_PORT: undefined,
        LOG_LEVEL: 'loud',
        HALLWAY_ORIGIN: 'http://hallway.example.edu',
        REDIS_URL_FILE: '/dev/null',
        MONGODB_URI: 'mongodb://mongo:27017',
      });
      const named = ['HALLWAY_ORIGIN', 'INTERNAL_PORT', 'LOG_LEVEL', 'MONGODB_URI', 'REDIS_URL'];
      const known = named.filter((name) => name in schema.properties);
      expect(faults.map((fault) => fault.split(' ')[0]).sort()).toEqual(known);
    },
  );

  it('when a rule looks at what only the machine itself can reach, lets plain HTTP pass', () => {
    for (const { read } of configuredServices) {
      expect(faultsOf(read, { ...goodEnvironment, HALLWAY_ORIGIN: 'http://localhost:8080' })).toEqual([]);
    }
  });

  it('when a value holds a password, never shows it', () => {
    const secret = 's3cret-of-mongo';
    for (const rest of ['@host:99999/x', '@', '@host/?w=1', '@host/x?nope=s3cret-of-mongo', '@x@host/y']) {
      for (const { name, read } of configuredServices.filter(({ schema }) => 'MONGODB_URI' in schema.properties)) {
        const faults = faultsOf(read, { ...goodEnvironment, MONGODB_URI: `mongodb://someone:${secret}${rest}` });
        expect(faults.length, name).toBeGreaterThan(0);
        expect(faults.join()).not.toContain(secret);
      }
    }
  });
});

describe('the names of variables', () => {
  it('when services share one environment, no variable of one passes for a misspelt one of another', () => {
    const all = new Set(configuredServices.flatMap(({ schema }) => Object.keys(schema.properties)));
    const environment = Object.fromEntries(
      [...all].flatMap((name) => [
        [name, 'x'],
        [`${name}_FILE`, 'x'],
      ]),
    );
    for (const { name, schema } of configuredServices) {
      expect(findMisspeltVariables(Object.keys(schema.properties), environment), name).toEqual([]);
    }
  });
});
