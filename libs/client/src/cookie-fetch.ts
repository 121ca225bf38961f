import type { Fetch } from './http.ts';

/**
 * A `fetch` that keeps cookies, for places without a browser: the refresh cookie has to come back or the session ends
 * with its first access token. It keeps them in memory, for its one client and one origin, and looks at `Max-Age=0` and
 * past `Expires` alone, because Hallway's cookie is the only one that it will meet.
 */
export function createCookieFetch(fetch: Fetch): Fetch {
  const cookies = new Map<string, string>();
  return async function fetchWithCookies(url, init) {
    const headers = new Headers(init.headers);
    if (cookies.size > 0 && new URL(url).pathname.startsWith('/api/auth')) {
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    }
    const response = await fetch(url, { ...init, headers });
    for (const line of response.headers.getSetCookie()) keepCookie(cookies, line);
    return response;
  };
}

// A server that sets a new name each time must not grow the client without end.
const mostCookies = 20;

function keepCookie(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const separator = pair.indexOf('=');
  if (separator < 1) return;
  const name = pair.slice(0, separator);
  const value = pair.slice(separator + 1);
  if (value === '' || attributes.some(isOver)) cookies.delete(name);
  else if (cookies.size < mostCookies || cookies.has(name)) cookies.set(name, value);
}

function isOver(attribute: string): boolean {
  const [name = '', value = ''] = attribute.split('=');
  if (name.toLowerCase() === 'max-age') return Number(value) <= 0;
  return name.toLowerCase() === 'expires' && Date.parse(value) <= 0;
}
