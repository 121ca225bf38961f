/** Where a Redis is, whichever way it is made available. */
export type RedisAddress =
  | { mode: 'single'; url: string }
  | (ManyHosts & { mode: 'sentinel'; masterName: string; sentinelLogin: Login })
  | (ManyHosts & { mode: 'cluster' });

interface ManyHosts {
  hosts: { host: string; port: number }[];
  login: Login;
  tls: boolean;
}

interface Login {
  username?: string;
  password?: string;
}

const host = String.raw`(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?`;
const hosts = `${host}(,${host})*`;
const user = String.raw`([^@/\s]*@)?`;

/** What an address looks like, for the schema of a configuration. */
export const redisUrlPattern =
  String.raw`^(rediss?://\S+|rediss?\+sentinel://${user}${hosts}/[^/?\s]+(\?\S+)?` +
  String.raw`|rediss?\+cluster://${user}${hosts}/?)$`;

/** The three forms in words, for whoever has to correct one. */
export const redisUrlForms =
  'redis://host:6379, redis+sentinel://host:26379,host:26379/master-name or redis+cluster://host:6379,host:6379; ' +
  'rediss instead of redis for TLS';

const defaultPorts = { sentinel: 26_379, cluster: 6379 } as const;

/**
 * Reads an address. `user:password@`, percent-encoded, is for the Redis itself; the sentinels' own stands in the parameters
 * `sentinelUsername` and `sentinelPassword`. `URL` cannot do this: it refuses several hosts. Throws where the form is unknown.
 */
export function readRedisUrl(url: string): RedisAddress {
  if (!new RegExp(redisUrlPattern).test(url)) throw new Error(`the address of Redis must be one of ${redisUrlForms}`);
  const form = /^redis(s?)\+(sentinel|cluster):\/\/(?:([^@/\s]*)@)?([^/]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(url);
  if (!form) return { mode: 'single', url };
  const [, secure, mode, user, places = '', name = '', query = ''] = form;
  const isSentinel = mode === 'sentinel';
  const many = {
    hosts: places.split(',').map((place) => readHost(place, defaultPorts[isSentinel ? 'sentinel' : 'cluster'])),
    login: readLogin(user ?? ''),
    tls: secure === 's',
  };
  if (!isSentinel) return { mode: 'cluster', ...many };
  return { mode: 'sentinel', masterName: decodeURIComponent(name), ...many, sentinelLogin: readSentinelLogin(query) };
}

function readHost(place: string, defaultPort: number): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(place) ?? [];
  return { host: bracketed ?? plain ?? '', port: port === undefined ? defaultPort : Number(port) };
}

function readLogin(text: string): Login {
  if (text === '') return {};
  const colon = text.indexOf(':');
  if (colon < 0) return { username: decodeURIComponent(text) };
  const username = decodeURIComponent(text.slice(0, colon));
  return { ...(username === '' ? {} : { username }), password: decodeURIComponent(text.slice(colon + 1)) };
}

function readSentinelLogin(query: string): Login {
  const parameters = new URLSearchParams(query);
  const [username, password] = [parameters.get('sentinelUsername'), parameters.get('sentinelPassword')];
  return { ...(username === null ? {} : { username }), ...(password === null ? {} : { password }) };
}
