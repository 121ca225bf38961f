import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerHeaders, errorCatalogue, limits, toErrorBody } from '@hallway/contracts';
import { Server, type ServerOptions } from 'socket.io';
import { Encoder } from 'socket.io-parser';
import { allowedOriginsOf, type GatewayConfig } from '../config.ts';
import { BoundedDecoder } from './bounded-decoder.ts';
import type { GatewayServer } from './gateway-socket.ts';

/** The HTTP server and the Socket.IO server on it, not listening yet. Anything but `/socket.io` is `NOT_FOUND`. */
export function createSocketServer(config: GatewayConfig, adapter: NonNullable<ServerOptions['adapter']>) {
  const httpServer = createServer(answerNotFound);
  const io: GatewayServer = new Server(httpServer, {
    path: '/socket.io',
    serveClient: false,
    transports: config.ALLOW_POLLING ? ['polling', 'websocket'] : ['websocket'],
    ...(config.ALLOW_POLLING ? { cors: { origin: [...allowedOriginsOf(config)] } } : {}),
    maxHttpBufferSize: limits.packetBytesHard,
    parser: { Encoder, Decoder: BoundedDecoder },
    // Compression costs four times the CPU and nine times the memory for frames of this size.
    perMessageDeflate: false,
    httpCompression: false,
    // A connection that does not say who it is must not hold memory for long.
    connectTimeout: 10_000,
    pingInterval: config.PING_INTERVAL_MS,
    pingTimeout: config.PING_TIMEOUT_MS,
    adapter,
  });
  io.engine.on('headers', (headers: Record<string, string>) => Object.assign(headers, answerHeaders));
  return { httpServer, io };
}

const requestIdPattern = /^[A-Za-z0-9._-]{1,128}$/;

function answerNotFound(request: IncomingMessage, response: ServerResponse): void {
  const given = request.headers['x-request-id'];
  const requestId = typeof given === 'string' && requestIdPattern.test(given) ? given : randomUUID();
  response.writeHead(errorCatalogue.NOT_FOUND.status, {
    ...answerHeaders,
    'content-type': 'application/json; charset=utf-8',
    'x-request-id': requestId,
  });
  response.end(JSON.stringify({ error: toErrorBody({ code: 'NOT_FOUND', requestId }) }));
}

// Connections that wait to be accepted: a whole gateway's people may come at once, and the default of 511 turns some away.
const listenBacklog = 4096;

/** Resolves with the port when the server accepts connections. */
export function listen(httpServer: ReturnType<typeof createServer>, { port, host }: { port: number; host: string }) {
  return new Promise<number>((resolve, reject) => {
    httpServer.once('error', reject);
    httpServer.listen({ port, host, backlog: listenBacklog }, () => {
      httpServer.off('error', reject);
      const address = httpServer.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
