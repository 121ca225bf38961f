/**
 * What browsers are told about everything that Hallway serves: the one list, for the services, for the front door of
 * `npm start` and for nginx, whose files repeat it and are compared with it by a test.
 */

type Header = readonly [name: string, value: string];

/** `localhost:3000` and the like; anything else from the Host header does not get into a header of ours. */
const PLAIN_HOST = /^[A-Za-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:]+\](:\d{1,5})?$/i;

/**
 * For pages and their files: own scripts and styles only, none of them inline; sockets to this very host, by name because
 * `self` means them only in newer browsers; no frame around us, no window that keeps hold of ours.
 */
export function pageHeaders(host: string | undefined): Header[] {
  const sockets = host !== undefined && PLAIN_HOST.test(host) ? ` ws://${host} wss://${host}` : '';
  const policy = [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    `connect-src 'self'${sockets}`,
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return [
    ['content-security-policy', policy.join('; ')],
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'same-origin'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['permissions-policy', 'camera=(), geolocation=(), microphone=()'],
  ];
}

/** For answers of an API: nothing in them is to be shown, run, framed or taken for something else. */
export const answerHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** Sent where the public origin is https, and nowhere else: browsers then refuse plain HTTP for a year. */
export const transportHeader: Header = ['strict-transport-security', 'max-age=31536000; includeSubDomains'];
