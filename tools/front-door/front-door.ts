import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createProxyServer } from 'http-proxy-3';
import { codeOfFailure, errorAnswer, requestIdOf, sendError } from './error-answers.ts';
import { bringsSpans, passSpans, type TraceCollector } from './pass-spans.ts';
import { type Destination, routeOf } from './route-of.ts';
import { createServerPool, type ServerPool } from './server-pool.ts';
import { createWebFiles } from './web-files.ts';

export interface FrontDoorConfig {
  webFolder: string;
  authUrl: URL;
  messageUrls: URL[];
  gatewayUrls: URL[];
  /** Where spans of browsers go; nobody's by default. */
  traces?: TraceCollector;
}

export interface FrontDoor {
  /** Listens on the loopback interface, IPv4 and where there is one IPv6. Answers the port. */
  listen(port: number): Promise<number>;
  /** Takes nothing new; what is under way gets a moment, sockets are cut. */
  close(): Promise<void>;
}

/** Connections to the services that are kept; more than the tabs of one machine and a test's clients need at once. */
const MAX_UPSTREAM_SOCKETS = 256;

/** Longer than any answer of a service takes, history and sign-in under load included. */
const ANSWER_WITHIN_MS = 60_000;

/** What a page that is being sent still gets when the door closes. */
const CLOSE_WITHIN_MS = 1000;

interface Door {
  authUrl: URL;
  messages: ServerPool;
  gateways: ServerPool;
  proxy: ReturnType<typeof createProxyServer>;
  agent: Agent;
  upgraded: Set<Socket>;
  serveWeb: (request: IncomingMessage, response: ServerResponse) => void;
  traces: TraceCollector | undefined;
}

/** One public origin in front of everything: the web client, the services' routes, and the gateways' sockets. */
export function buildFrontDoor(config: FrontDoorConfig): FrontDoor {
  const door: Door = {
    authUrl: config.authUrl,
    messages: createServerPool(config.messageUrls),
    gateways: createServerPool(config.gatewayUrls),
    proxy: createProxyServer({ xfwd: true, xfwdWsProtoAsHttp: true, proxyTimeout: ANSWER_WITHIN_MS }),
    agent: new Agent({ keepAlive: true, maxSockets: MAX_UPSTREAM_SOCKETS }),
    upgraded: new Set(),
    serveWeb: createWebFiles(config.webFolder, config.traces?.share),
    traces: config.traces,
  };
  cutShortAnswersOff(door);
  outliveBrokenConnections(door);
  const servers: Server[] = [];
  return {
    async listen(port) {
      const first = await listenOn(door, '127.0.0.1', port);
      const bound = (first.address() as AddressInfo).port;
      // Browsers may take `localhost` for ::1; a machine without IPv6 has only the first.
      const second = await listenOn(door, '::1', bound).catch(() => null);
      servers.push(first, ...(second === null ? [] : [second]));
      return bound;
    },
    async close() {
      for (const socket of door.upgraded) socket.destroy();
      await Promise.all(servers.map(closeServer));
      door.agent.destroy();
    },
  };
}

function listenOn(door: Door, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => void answer(door, request, response));
  server.on('upgrade', (request, stream, head) => {
    // On a plain HTTP server the stream is the connection itself.
    const socket = stream as Socket;
    door.upgraded.add(socket);
    socket.once('close', () => door.upgraded.delete(socket));
    socket.on('error', () => socket.destroy());
    void upgrade(door, request, { socket, head });
  });
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  server.once('error', reject);
  server.listen(port, host, () => resolve(server));
  return promise;
}

async function answer(door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('x-request-id', nameRequest(request));
  if (door.traces && bringsSpans(request)) return await passSpans(door.traces, request, response);
  const destination = routeOf(request.url ?? '/');
  if (destination === 'web') return door.serveWeb(request, response);
  if (destination === 'unknown-api' || destination === 'internal') return sendError(request, response, 'NOT_FOUND');
  const target = await upstreamOf(door, destination);
  if (target === null) return sendError(request, response, 'TEMPORARILY_UNAVAILABLE');
  forgetClaimedOrigin(request);
  door.proxy.web(request, response, { target, agent: door.agent }, (error) => {
    const fault = error as NodeJS.ErrnoException;
    sendError(request, response, codeOfFailure({ destination, method: request.method, fault }));
  });
}

async function upstreamOf(door: Door, destination: Destination): Promise<URL | null> {
  if (destination === 'auth') return door.authUrl;
  if (destination === 'message') return door.messages.next();
  return door.gateways.next();
}

/** Gives the request the one id under which we, the services and the client know it, and answers it. */
function nameRequest({ headers }: IncomingMessage): string {
  const requestId = requestIdOf(headers);
  headers['x-request-id'] = requestId;
  return requestId;
}

/** We are the outermost hop: what a client claims about its own address is not passed on. */
function forgetClaimedOrigin({ headers }: IncomingMessage): void {
  for (const name of Object.keys(headers))
    if (name.startsWith('x-forwarded-') || name === 'forwarded') delete headers[name];
}

async function upgrade(
  door: Door,
  request: IncomingMessage,
  { socket, head }: { socket: Socket; head: Buffer },
): Promise<void> {
  nameRequest(request);
  if (routeOf(request.url ?? '/') !== 'gateway') return refuseUpgrade(request, socket, 'NOT_FOUND');
  const target = await door.gateways.next();
  if (target === null) return refuseUpgrade(request, socket, 'TEMPORARILY_UNAVAILABLE');
  forgetClaimedOrigin(request);
  // No agent here: an upgraded connection belongs to one client and is never used again.
  door.proxy.ws(request, socket, head, { target }, () => refuseUpgrade(request, socket, 'TEMPORARILY_UNAVAILABLE'));
}

/** Answers in plain HTTP, unless the connection already speaks something else. */
function refuseUpgrade(request: IncomingMessage, socket: Socket, code: 'NOT_FOUND' | 'TEMPORARILY_UNAVAILABLE'): void {
  if (socket.bytesWritten > 0 || socket.destroyed) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = errorAnswer(code, request.headers);
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
  const reason = status === 404 ? 'Not Found' : 'Service Unavailable';
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** A service that dies in the middle of an answer: without this the client would wait for the rest for ever. */
function cutShortAnswersOff({ proxy }: Door): void {
  proxy.on('proxyRes', (upstream, _request, response) => {
    upstream.once('close', () => {
      if (!upstream.complete) response.destroy();
    });
  });
}

/** A browser that reloads resets its socket. Without a listener of ours the proxy throws that, and the process ends. */
function outliveBrokenConnections({ proxy }: Door): void {
  proxy.on('error', (_fault, _request, peer) => {
    if (peer !== undefined && !peer.destroyed) peer.destroy();
  });
}

async function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS);
  await promise;
  clearTimeout(timer);
}
