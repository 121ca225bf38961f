import { socketRooms } from '@hallway/contracts';
import type { Log } from '@hallway/platform';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import type { SessionWatch } from '../sessions/session-watch.ts';
import type { EventDispatcher } from './event-dispatcher.ts';
import type { GatewayServer } from './gateway-socket.ts';

export interface AcceptSocketsOptions {
  io: GatewayServer;
  log: Log;
  metrics: GatewayMetrics;
  dispatcher: EventDispatcher;
  sessionWatch: SessionWatch;
}

/** Takes each admitted socket into its person's rooms, listens to it, and cleans up after it. */
export function acceptSockets({ io, log, metrics, dispatcher, sessionWatch }: AcceptSocketsOptions): void {
  io.on('connection', (socket) => {
    const { sub: userId, sid: sessionId } = socket.data.caller;
    void socket.join([socketRooms.user(userId), socketRooms.session(sessionId)]);
    metrics.connections.inc();
    log.debug({ userId, sessionId, socketId: socket.id }, 'a socket connected');
    dispatcher.attach(socket);
    socket.on('disconnect', (reason) => {
      metrics.connections.dec();
      metrics.disconnects.inc({ reason });
      log.debug({ userId, sessionId, socketId: socket.id, reason }, 'a socket disconnected');
      sessionWatch.forget(socket);
      socket.data.leave();
    });
    sessionWatch.follow(socket);
  });
}
