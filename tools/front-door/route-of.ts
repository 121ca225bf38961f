export type Destination = 'auth' | 'message' | 'gateway' | 'unknown-api' | 'internal' | 'web';

/**
 * What the public origin serves; the first prefix that fits wins. Anything else is a page of the web client. This is the one
 * list: nginx and the Gateway API have the same routes, and tests compare them.
 */
export const routes: readonly (readonly [prefix: string, destination: Destination])[] = [
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
  // But for spans of browsers, where somebody collects them: `traces` of the door.
  ['/telemetry', 'internal'],
  // What internal ports serve is nothing here: a page of the client in its place would look as if it were routed.
  ['/livez', 'internal'],
  ['/readyz', 'internal'],
  ['/startupz', 'internal'],
  ['/metrics', 'internal'],
  ['/session-endings', 'internal'],
  ['/rebalance', 'internal'],
];

/** Decides by the path alone, as it stands in the request line. A prefix ends where a segment ends. */
export function routeOf(url: string): Destination {
  const path = url.split(/[?#]/, 1)[0] ?? '/';
  const found = routes.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`));
  return found?.[1] ?? 'web';
}
