import { findMongoUriFaults } from './mongo-uri.ts';
import { readRedisUrl } from './redis-url.ts';

type Values = Record<string, unknown>;

/** Browsers keep `Secure` cookies on plain HTTP only for the machine itself. */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * What the variables that several services share must not say, alone or together. A variable that a service does not have,
 * or whose value was refused already, is simply not among the values.
 */
export function findCommonContradictions(values: Values): string[] {
  return [
    ...findPortFaults(values),
    ...findOriginFaults(values),
    ...findAddressFaults(values),
    ...findMongoFaults(values),
    ...findRedisFaults(values),
  ];
}

function findPortFaults({ PORT, INTERNAL_PORT }: Values): string[] {
  // Port 0 takes any that is free, and takes two of them.
  if (PORT === undefined || PORT === 0 || PORT !== INTERNAL_PORT) return [];
  return [`INTERNAL_PORT is ${PORT}, as PORT is: what must never be routed from outside needs a port of its own`];
}

function findOriginFaults({ HALLWAY_ORIGIN: origin, HALLWAY_ENV: environment }: Values): string[] {
  if (typeof origin !== 'string') return [];
  const url = parseUrl(origin);
  if (url === null) return ['HALLWAY_ORIGIN has an unusable value: it is no address that a browser can open'];
  if (url.origin !== origin) {
    return [
      `HALLWAY_ORIGIN is not written as browsers write it, and tokens compare it letter by letter: ${url.origin}`,
    ];
  }
  if (environment !== 'production' || url.protocol === 'https:' || LOOPBACK.has(url.hostname)) return [];
  return ['HALLWAY_ORIGIN is not https in production: browsers would drop the cookie that keeps people signed in'];
}

function findAddressFaults({ AUTH_URL, AUTH_INTERNAL_URL, HALLWAY_ENV }: Values): string[] {
  const faults = Object.entries({ AUTH_URL, AUTH_INTERNAL_URL })
    .filter(([, url]) => typeof url === 'string' && parseUrl(url) === null)
    .map(([name]) => `${name} has an unusable value: it is no address`);
  // A test's stand-in of the auth service may well answer both on one port.
  if (faults.length === 0 && HALLWAY_ENV !== 'test' && AUTH_URL !== undefined && AUTH_URL === AUTH_INTERNAL_URL) {
    faults.push('AUTH_INTERNAL_URL is the same as AUTH_URL: ended sessions are told on the internal port alone');
  }
  return faults;
}

function findMongoFaults({ MONGODB_URI: uri }: Values): string[] {
  return typeof uri === 'string' ? findMongoUriFaults(uri).map((fault) => `MONGODB_URI ${fault}`) : [];
}

function findRedisFaults({ REDIS_URL, QUEUE_REDIS_URL }: Values): string[] {
  return Object.entries({ REDIS_URL, QUEUE_REDIS_URL })
    .filter(([, url]) => typeof url === 'string' && !isRedisUrl(url))
    .map(([name]) => `${name} has an unusable value: a port is above 65535, or a part of it cannot be decoded`);
}

/** Beyond its form, which the schema has looked at. */
function isRedisUrl(url: string): boolean {
  try {
    const address = readRedisUrl(url);
    if (address.mode === 'single') return parseUrl(url) !== null;
    return address.hosts.every(({ port }) => port <= 65_535);
  } catch {
    return false;
  }
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
