import type { IncomingMessage, ServerResponse } from 'node:http';
import { pageHeaders } from '@hallway/contracts';
import sirv from 'sirv';

/** Vite puts a hash of the content into the names below /assets, so what is there never changes. */
const HASHED = /^\/assets\//;

const UNCHANGING = 'public, max-age=31536000, immutable';

/**
 * Serves the built web client. A path that is no file is a page of the client, unless it looks like a file. Where spans are
 * collected, pages say of which share of all messages.
 */
export function createWebFiles(
  folder: string,
  traceShare?: number,
): (request: IncomingMessage, response: ServerResponse) => void {
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
    for (const [name, value] of pageHeaders(request.headers.host)) response.setHeader(name, value);
    if (traceShare !== undefined) response.setHeader('server-timing', `traces;desc="${traceShare}"`);
    serve(request, response, () => {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('There is no such file.\n');
    });
  };
}
