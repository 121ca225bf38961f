import {
  type Ask,
  type BusNames,
  createCommandLog,
  createSendDoor,
  createSharedBuckets,
  type PendingAnswers,
  type PresenceReader,
} from '@hallway/bus';
import { createTokenBuckets, type Log, type Tracing, type VerifyToken } from '@hallway/platform';
import type { GatewayConfig } from './config.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { registerMessageHandlers } from './messages/messages.handlers.ts';
import { registerPresenceHandlers } from './presence/presence.handlers.ts';
import type { createRedisConnections } from './redis-connections.ts';
import type { MemberIndex } from './rooms/member-index.ts';
import { registerRoomHandlers } from './rooms/rooms.handlers.ts';
import type { SessionWatch } from './sessions/session-watch.ts';
import { registerSessionHandlers } from './sessions/sessions.handlers.ts';
import type { EventDispatcher } from './sockets/event-dispatcher.ts';
import type { GatewayServer } from './sockets/gateway-socket.ts';
import { toReconnectSpreadMs } from './sockets/reconnect-spread.ts';
import type { createGatewayCount } from './typing/count-gateways.ts';
import { createMayType } from './typing/may-type.ts';
import { registerTypingHandlers } from './typing/typing.handlers.ts';
import { createTypingThrottle } from './typing/typing-throttle.ts';

interface HandlerDeps {
  config: GatewayConfig;
  instance: string;
  log: Log;
  tracing: Tracing;
}

interface HandlerParts {
  io: GatewayServer;
  redis: ReturnType<typeof createRedisConnections>;
  names: BusNames;
  ask: Ask;
  pending: PendingAnswers;
  reader: PresenceReader;
  metrics: GatewayMetrics;
  index: MemberIndex;
  sessionWatch: SessionWatch;
  verifyToken: VerifyToken;
  gatewayCount: ReturnType<typeof createGatewayCount>;
}

/** Gives every event of the contract its handler. Throws when one is left without. */
export function registerHandlers(
  { registerHandler, assertComplete }: EventDispatcher,
  { config, instance, log, tracing }: HandlerDeps,
  parts: HandlerParts,
): void {
  const { io, redis, names, ask, pending, reader, metrics, index, sessionWatch: watch, verifyToken } = parts;
  const submitSend = createSendDoor({
    appendCommand: createCommandLog({ redis: redis.commands, names }),
    pending,
    instance,
    answer: 'event',
  });
  const rate = { burst: config.SEND_BURST, perSecond: config.SENDS_PER_SECOND };
  registerRoomHandlers(registerHandler, {
    ask,
    index,
    onlineAmong: reader.onlineAmong,
    metrics,
    reconnectSpreadMs: () =>
      toReconnectSpreadMs({ sockets: io.of('/').sockets.size, perSecond: config.RECONNECTS_PER_SECOND }),
  });
  registerMessageHandlers(registerHandler, {
    submitSend,
    buckets: createTokenBuckets(rate),
    sharedBuckets: createSharedBuckets({ redis: redis.commands, names, ...rate }),
    isRedisAway: redis.isAway,
    metrics,
    tracing,
    log,
  });
  registerTypingHandlers(registerHandler, {
    io,
    assertMayType: createMayType({ ask }),
    mayRelay: createTypingThrottle(),
    gateways: parts.gatewayCount.gateways,
    metrics,
  });
  registerPresenceHandlers(registerHandler, { ask, reader });
  registerSessionHandlers(registerHandler, { verifyToken, watch });
  assertComplete();
}
