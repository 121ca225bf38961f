import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFrontDoor, type FrontDoor } from '../front-door/front-door.ts';
import { findFreePort } from '../ports/open-ports.ts';

/** A service that tells what reached it; as a gateway it also echoes over an upgraded connection. */
async function listen(name: string, port = 0): Promise<{ server: Server; url: URL; port: number }> {
  const server = createServer((incoming, response) => {
    if (incoming.url === '/api/messages/cut') {
      response.writeHead(200, { 'content-length': '1000' }).write('the beginning');
      setImmediate(() => response.destroy());
      return;
    }
    if (incoming.url === '/api/messages/drop') {
      incoming.socket.destroy();
      return;
    }
    let body = '';
    incoming.on('data', (chunk) => {
      body += chunk;
    });
    incoming.on('end', () => {
      response.setHeader('x-request-id', String(incoming.headers['x-request-id'] ?? 'made-inside'));
      response.end(JSON.stringify({ name, url: incoming.url, headers: incoming.headers, body }));
    });
  });
  server.on('upgrade', (_incoming, socket) => {
    socket.on('error', () => {});
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nx-name: ${name}\r\n\r\n`,
    );
    socket.pipe(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  return { server, url: new URL(`http://127.0.0.1:${bound}`), port: bound };
}

async function shut(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: () => Record<string, unknown>;
}

let door: FrontDoor;
let port = 0;
let webFolder = '';
let auth: Awaited<ReturnType<typeof listen>>;
let message: Awaited<ReturnType<typeof listen>>;
let gateways: Awaited<ReturnType<typeof listen>>[];

beforeAll(async () => {
  webFolder = join(mkdtempSync(join(tmpdir(), 'hallway-web-')), 'dist');
  mkdirSync(join(webFolder, 'assets'), { recursive: true });
  writeFileSync(join(webFolder, 'index.html'), '<title>the client</title>');
  writeFileSync(join(webFolder, 'assets/index-4f3a.js'), 'export {};');
  writeFileSync(join(webFolder, '../secret.txt'), 'secret');
  [auth, message] = await Promise.all([listen('auth'), listen('message')]);
  gateways = [await listen('gateway-1'), await listen('gateway-2')];
  door = buildFrontDoor({
    webFolder,
    authUrl: auth.url,
    messageUrls: [message.url],
    gatewayUrls: gateways.map(({ url }) => url),
  });
  port = await door.listen(0);
});
afterAll(async () => {
  await door.close();
  for (const { server } of [auth, message, ...gateways]) await shut(server);
  rmSync(join(webFolder, '..'), { recursive: true });
});

/** Sends the path as it stands, which `fetch` would tidy. */
async function ask(
  path: string,
  { method = 'GET', headers = {}, body = '', host = '127.0.0.1' } = {},
): Promise<Answer> {
  const outgoing = request({ host, port, path, method, headers, agent: false });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: () => JSON.parse(text) };
}

/** Upgrades, says something, and answers the head of the answer and what was said back. */
async function upgrade(path = '/socket.io/?EIO=4&transport=websocket'): Promise<{ head: string; echo: string }> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost:${port}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n`);
  const ended = once(socket, 'close');
  await expect.poll(() => text, { timeout: 5000 }).toContain('\r\n\r\n');
  const head = text.slice(0, text.indexOf('\r\n\r\n'));
  if (!head.startsWith('HTTP/1.1 101')) {
    await ended;
    return { head, echo: text.slice(head.length + 4) };
  }
  socket.write('ping');
  await expect.poll(() => text, { timeout: 5000 }).toMatch(/ping$/);
  socket.destroy();
  return { head, echo: 'ping' };
}

describe('the front door, for the web client', () => {
  it('when a page is asked for, answers the client, not to be kept, with a policy without inline scripts', async () => {
    for (const path of ['/', '/learningDashboard/studentChat/1/2']) {
      const page = await ask(path, { headers: { host: `localhost:${port}` } });
      expect(page).toMatchObject({ status: 200, text: '<title>the client</title>' });
      expect(page.headers).toMatchObject({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' });
      const policy = page.headers['content-security-policy'];
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain(`connect-src 'self' ws://localhost:${port} wss://localhost:${port};`);
      expect(policy).not.toContain('unsafe');
    }
  });

  it('when a hashed asset is asked for, lets it be kept for ever; a missing one is 404', async () => {
    const asset = await ask('/assets/index-4f3a.js');
    expect(asset.headers).toMatchObject({ 'cache-control': expect.stringContaining('immutable') });
    expect(asset.headers['content-type']).toContain('javascript');
    expect((await ask('/assets/index-0000.js')).status).toBe(404);
  });

  it.each(['/../secret.txt', '/assets/../../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/..\\secret.txt'])(
    'when a path climbs out as %s, shows nothing from outside',
    async (path) => {
      expect((await ask(path)).text).not.toContain('secret');
    },
  );

  it('when the Host header is made up, keeps it out of the policy', async () => {
    const page = await ask('/', { headers: { host: "evil.example;script-src 'unsafe-inline'" } });
    expect(page.headers['content-security-policy'] ?? '').not.toContain('evil');
  });

  it('when a page is posted to, answers 405', async () => {
    expect((await ask('/', { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('when localhost is IPv6, answers there too', async ({ skip }) => {
    const server = createServer().listen(0, '::1');
    const there = await Promise.race([
      once(server, 'listening').then(() => true),
      once(server, 'error').then(() => false),
    ]);
    server.close();
    if (!there) skip('this machine has no IPv6 loopback');
    expect((await ask('/', { host: '::1' })).status).toBe(200);
  });
});

describe('the front door, for the services', () => {
  it('when a route belongs to a service, passes on method, body and request id, and says where it came from', async () => {
    const answer = await ask('/api/messages?x=1', {
      method: 'POST',
      body: '{"to":"sarah"}',
      headers: {
        'x-request-id': 'req-1',
        host: `localhost:${port}`,
        'x-forwarded-for': '6.6.6.6',
        'content-type': 'application/json',
      },
    });
    expect(answer.json()).toMatchObject({
      name: 'message',
      url: '/api/messages?x=1',
      body: '{"to":"sarah"}',
      headers: {
        'x-request-id': 'req-1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': `localhost:${port}`,
        'x-forwarded-for': expect.stringMatching(/127\.0\.0\.1$/),
      },
    });
    expect(answer.text).not.toContain('6.6.6.6');
    expect(answer.headers['x-request-id']).toBe('req-1');
    expect((await ask('/.well-known/jwks.json')).json()).toMatchObject({ name: 'auth' });
  });

  it('when a request brings no id or an unusable one, passes on the id that it answers', async () => {
    for (const headers of [{}, { 'x-request-id': 'not a plain one' }]) {
      const answer = await ask('/api/messages', { headers });
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.json()).toMatchObject({ headers: { 'x-request-id': answer.headers['x-request-id'] } });
    }
  });

  it.each([
    ['GET', '/', 200],
    ['GET', '/assets/index-4f3a.js', 200],
    ['GET', '/assets/nope.js', 404],
    ['POST', '/', 405],
    ['GET', '/api/nope', 404],
  ])('when it answers %s %s itself, says under which request id', async (method, path, status) => {
    const answer = await ask(path, { method, headers: { 'x-request-id': 'req-9' } });
    expect(answer).toMatchObject({ status, headers: { 'x-request-id': 'req-9' } });
    expect((await ask(path, { method })).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('when nobody owns an API route, answers the error of the contract', async () => {
    const answer = await ask('/api/nope', { headers: { 'x-request-id': 'req-2' } });
    expect(answer.status).toBe(404);
    expect(answer.json()).toEqual({
      error: { code: 'NOT_FOUND', message: expect.any(String), retryable: false, requestId: 'req-2' },
    });
  });

  it('when the service is away, answers 503 and when to come back; when it is back, serves again', async () => {
    await shut(auth.server);
    const away = await ask('/api/auth/me', { headers: { 'x-request-id': 'req-3' } });
    expect(away).toMatchObject({ status: 503, headers: { 'retry-after': '1', 'x-request-id': 'req-3' } });
    expect(away.json()).toMatchObject({
      error: { code: 'TEMPORARILY_UNAVAILABLE', retryable: true, retryAfterMs: 1000 },
    });
    auth = await listen('auth', auth.port);
    expect((await ask('/api/auth/me')).status).toBe(200);
  });

  it('when a send is cut off before its answer, says that the outcome is unknown', async () => {
    const answer = await ask('/api/messages/drop', { method: 'POST', body: '{}' });
    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({ error: { code: 'OUTCOME_UNKNOWN' } });
  });

  it('when a service dies in the middle of an answer, ends it instead of leaving the client waiting', async () => {
    await expect(ask('/api/messages/cut')).rejects.toThrow(/aborted/);
  });
});

describe('the front door, for sockets', () => {
  const nameOf = ({ head }: { head: string }) => /x-name: (\S+)/.exec(head)?.[1];

  it('when sockets come one after the other, gives them to the gateways in turn', async () => {
    const names = [await upgrade(), await upgrade(), await upgrade(), await upgrade()].map(nameOf);
    expect(new Set(names.slice(0, 2))).toEqual(new Set(['gateway-1', 'gateway-2']));
    expect(names.slice(2)).toEqual(names.slice(0, 2));
  });

  it('when a gateway refuses connections, gives every socket to the other, at once', async () => {
    const [first, second] = gateways as [(typeof gateways)[0], (typeof gateways)[0]];
    await shut(first.server);
    const began = Date.now();
    const names = [await upgrade(), await upgrade(), await upgrade()].map(nameOf);
    expect(names).toEqual(['gateway-2', 'gateway-2', 'gateway-2']);
    expect(Date.now() - began).toBeLessThan(2000);

    await shut(second.server);
    const refused = await upgrade();
    expect(refused.head).toMatch(/^HTTP\/1\.1 503 /);
    expect(JSON.parse(refused.echo)).toMatchObject({ error: { code: 'TEMPORARILY_UNAVAILABLE' } });
    gateways = [await listen('gateway-1', first.port), await listen('gateway-2', second.port)];
    expect((await upgrade()).head).toContain('101');
  });

  it('when something else than a gateway is to be upgraded, refuses', async () => {
    expect((await upgrade('/api/messages')).head).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('when the door closes, cuts open sockets and is gone', async () => {
    const own = buildFrontDoor({
      webFolder,
      authUrl: auth.url,
      messageUrls: [message.url],
      gatewayUrls: [gateways[0]!.url],
    });
    const ownPort = await own.listen(await findFreePort());
    const socket = connect(ownPort, '127.0.0.1');
    socket.write('GET /socket.io/ HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n');
    await once(socket, 'data');
    const closed = once(socket, 'close');
    await own.close();
    await closed;
    await expect(once(connect(ownPort, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
  });
});
