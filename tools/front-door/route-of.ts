export type Destination = 'auth' | 'message' | 'gateway' | 'unknown-api' | 'web';

/** What the public origin serves; the longest fitting prefix wins. Anything else is a page of the web client. */
const PREFIXES: [prefix: string, destination: Destination][] = [
  ['/api/auth', 'auth'],
  ['/api/directory', 'auth'],
  ['/api/admin', 'auth'],
  ['/.well-known', 'auth'],
  ['/api/message', 'message'],
  ['/api/messages', 'message'],
  ['/api/rooms', 'message'],
  ['/api/search', 'message'],
  ['/socket.io', 'gateway'],
  ['/api', 'unknown-api'],
];

/** Decides by the path alone, as it stands in the request line. A prefix ends where a segment ends. */
export function routeOf(url: string): Destination {
  const path = url.split(/[?#]/, 1)[0] ?? '/';
  const found = PREFIXES.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`));
  return found?.[1] ?? 'web';
}
