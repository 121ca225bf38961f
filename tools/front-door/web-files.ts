import type { IncomingMessage, ServerResponse } from 'node:http';
import sirv from 'sirv';

/** Vite puts a hash of the content into the names below /assets, so what is there never changes. */
const HASHED = /^\/assets\//;

const UNCHANGING = 'public, max-age=31536000, immutable';

/** `localhost:3000` and the like; anything else from the Host header does not get into a header of ours. */
const PLAIN_HOST = /^[A-Za-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:]+\](:\d{1,5})?$/i;

/** Serves the built web client. A path that is no file is a page of the client, unless it looks like a file. */
export function createWebFiles(folder: string): (request: IncomingMessage, response: ServerResponse) => void {
  const serve = sirv(folder, {
    // Files are looked up at each request: a new build is served without a restart.
    dev: true,
    etag: true,
    single: true,
    setHeaders(response, path) {
      if (HASHED.test(path)) response.setHeader('cache-control', UNCHANGING);
    },
  });
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    for (const [name, value] of securityHeaders(request.headers.host)) response.setHeader(name, value);
    serve(request, response, () => {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('There is no such file.\n');
    });
  };
}

/** Own scripts and styles only, none of them inline; sockets to this very host. */
export function securityHeaders(host: string | undefined): [string, string][] {
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
    ['permissions-policy', 'camera=(), geolocation=(), microphone=()'],
  ];
}
