import type { EndedSessions } from '@hallway/bus';
import { type SessionEnded, socketRooms } from '@hallway/contracts';
import type { Log } from '@hallway/platform';
import { type GatewayServer, type GatewaySocket, localSocketsIn } from '../sockets/gateway-socket.ts';
import { createDeadlines } from './deadlines.ts';

export interface SessionWatchOptions {
  io: GatewayServer;
  endedSessions: EndedSessions;
  log: Log;
}

// Time for a client to bring a new token.
const warnBeforeMs = 60_000;
const sweepEveryMs = 1000;

/** Ends sockets whose session has ended or whose token has run out, with one timer for all of them. */
export function createSessionWatch({ io, endedSessions, log }: SessionWatchOptions) {
  const warnings = createDeadlines<GatewaySocket>();
  const ends = createDeadlines<GatewaySocket>();
  let timer: NodeJS.Timeout | undefined;

  function forget(socket: GatewaySocket): void {
    warnings.remove(socket);
    ends.remove(socket);
  }

  /** Says why and disconnects; the client has to sign in again, so that it must not come back by itself. */
  function end(socket: GatewaySocket, reason: string): void {
    forget(socket);
    log.info({ userId: socket.data.caller.sub, sessionId: socket.data.caller.sid, reason }, 'a session ended a socket');
    socket.emit('sessionEnded', { reason });
    socket.disconnect(true);
  }

  function sweep(): void {
    const now = Date.now();
    for (const socket of warnings.takeDue(now)) {
      socket.emit('sessionExpiring', { expiresInMs: Math.max(0, expiresAtMs(socket) - now) });
    }
    for (const socket of ends.takeDue(now)) end(socket, 'expired');
  }

  return {
    forget,

    /** Follows a socket's token; again after the token was replaced. Ends the socket when its session is over already. */
    follow(socket: GatewaySocket): void {
      warnings.set(socket, expiresAtMs(socket) - warnBeforeMs);
      ends.set(socket, expiresAtMs(socket));
      // The session may have ended between the token's verification and now, when nobody looked for this socket yet.
      if (endedSessions.isEnded(socket.data.caller)) end(socket, 'signed-out');
    },

    /** Ends the sockets that an ending concerns; told twice it changes nothing. */
    onEnded(ending: SessionEnded): void {
      endedSessions.record(ending);
      const room = ending.sessionId ? socketRooms.session(ending.sessionId) : socketRooms.user(ending.userId);
      for (const socket of localSocketsIn(io, room)) {
        if (endedSessions.isEnded(socket.data.caller)) end(socket, ending.reason);
      }
    },

    start(): void {
      timer = setInterval(sweep, sweepEveryMs);
    },
    stop(): void {
      clearInterval(timer);
    },
  };
}

export type SessionWatch = ReturnType<typeof createSessionWatch>;

function expiresAtMs(socket: GatewaySocket): number {
  return socket.data.caller.exp * 1000;
}
