import { randomUUID } from 'node:crypto';
import type { AccessClaims } from '@hallway/contracts';
import { AppError, type Log, storeAwayRetryMs, toAppError, type VerifyToken } from '@hallway/platform';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import { createRoomTurns } from '../rooms/room-turns.ts';
import type { GatewayServer, GatewaySocket, SocketData } from './gateway-socket.ts';

export interface AdmitSocketsOptions {
  io: GatewayServer;
  log: Log;
  metrics: GatewayMetrics;
  verifyToken: VerifyToken;
  allowedOrigins: ReadonlySet<string>;
  connectionsMax: number;
  socketsPerPerson: number;
  isDraining: () => boolean;
  isRedisAway: () => boolean;
  /** Takes a place for a socket of the person; resolves with how many sockets they have over all gateways, this included. */
  enter: (userId: string) => Promise<number>;
  /** Gives the place back. */
  leave: (userId: string) => void;
  /** Resolves when live messages reach the person's sockets, or when that takes too long to be waited for. */
  prepareInbox: (userId: string) => Promise<void>;
}

// When a place may be free again: a tab that was just closed, or a phone whose old connection is about to time out.
const retryWhenTooManyMs = 10_000;
// A full or leaving gateway: the next try meets another one.
const retryElsewhereMs = 1000;

/**
 * Lets only those in who may come: known origin, valid token, a place left. A refused client finds
 * `{ ok: false, error }` in `connect_error`'s `err.data`.
 */
export function admitSockets(options: AdmitSocketsOptions): void {
  const { io, log, metrics } = options;

  async function admit(socket: GatewaySocket): Promise<void> {
    checkOrigin(options, socket);
    checkCapacity(options);
    const caller = await options.verifyToken(tokenOf(socket));
    if (options.isRedisAway()) throw unavailable('Redis is away', storeAwayRetryMs);
    socket.data = toSocketData(socket, caller, createLeave(options, caller));
    checkStillThere(socket);
    // The connection may also end before the socket is connected, and then nothing else would say so.
    socket.conn.once('close', socket.data.leave);
    const sockets = await options.enter(caller.sub);
    if (sockets > options.socketsPerPerson) {
      throw new AppError({ code: 'RATE_LIMITED', internal: 'too many sockets', retryAfterMs: retryWhenTooManyMs });
    }
    checkStillThere(socket);
    await options.prepareInbox(caller.sub);
  }

  io.engine.on('connection_error', ({ code, message }: { code: number; message: string }) => {
    metrics.connects.inc({ result: 'malformed' });
    log.warn({ code, reason: message }, 'a handshake was malformed');
  });

  io.use((socket, next) => {
    admit(socket).then(
      () => {
        metrics.connects.inc({ result: 'ok' });
        next();
      },
      (error) => {
        socket.data.leave?.();
        const fault = toAppError(error);
        const requestId = randomUUID();
        metrics.connects.inc({ result: fault.code });
        logRefusal(log, fault, requestId);
        next(Object.assign(new Error(fault.code), { data: { ok: false, error: fault.toBody(requestId) } }));
      },
    );
  });
}

function checkOrigin({ allowedOrigins }: AdmitSocketsOptions, socket: GatewaySocket): void {
  // Only browsers send an origin, and only they can be led here by a foreign page.
  const { origin } = socket.handshake.headers;
  if (origin !== undefined && !allowedOrigins.has(origin)) {
    throw new AppError({ code: 'FORBIDDEN', internal: 'a foreign origin' });
  }
}

function checkCapacity({ io, isDraining, connectionsMax }: AdmitSocketsOptions): void {
  if (isDraining()) throw unavailable('the gateway is draining', retryElsewhereMs);
  if (io.engine.clientsCount > connectionsMax) throw unavailable('the gateway is full', retryElsewhereMs);
}

/** A connection that ended while something was waited for must not begin what only its end would undo. */
function checkStillThere(socket: GatewaySocket): void {
  if (socket.conn.readyState !== 'open') throw unavailable('the connection ended meanwhile', retryElsewhereMs);
}

function tokenOf(socket: GatewaySocket): string {
  const { token } = socket.handshake.auth as { token?: unknown };
  if (typeof token !== 'string') throw new AppError({ code: 'UNAUTHENTICATED', internal: 'no token' });
  return token;
}

function toSocketData(socket: GatewaySocket, caller: AccessClaims, leave: () => void): SocketData {
  const { traces } = socket.handshake.auth as { traces?: unknown };
  return {
    clientHasSpans: traces === true,
    caller,
    leave,
    inFlight: 0,
    watch: 0,
    inTurn: createRoomTurns(),
    resumes: 0,
  };
}

/** Whatever ends a socket first gives its place back, and nothing gives it back twice. */
function createLeave({ leave }: AdmitSocketsOptions, { sub }: AccessClaims): () => void {
  let gone = false;
  return () => {
    if (gone) return;
    gone = true;
    leave(sub);
  };
}

function unavailable(internal: string, retryAfterMs: number): AppError {
  return new AppError({ code: 'TEMPORARILY_UNAVAILABLE', internal, retryAfterMs });
}

function logRefusal(log: Log, fault: AppError, requestId: string): void {
  const fields = { requestId, code: fault.code, internal: fault.message };
  if (fault.code === 'INTERNAL') log.error({ ...fields, err: fault }, 'a connection failed');
  else if (fault.code === 'TEMPORARILY_UNAVAILABLE') log.info(fields, 'a connection was put off');
  else log.warn(fields, 'a connection was refused');
}
