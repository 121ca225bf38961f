import {
  createInternalServer,
  createMetrics,
  idsOnly,
  type Log,
  type Service,
  type Tracing,
  watchStores,
} from '@hallway/platform';
import { drainMsOf, type GatewayConfig } from './config.ts';
import { createGatewayParts, type GatewayParts } from './gateway-parts.ts';
import { listen } from './sockets/create-socket-server.ts';
import { drainSockets } from './sockets/drain-sockets.ts';
import { addRebalanceRoute } from './sockets/rebalance.route.ts';

export interface GatewayDeps {
  config: GatewayConfig;
  log: Log;
  /** Name of this process: what it asks is answered to this name. */
  instance: string;
  tracing?: Tracing;
}

export interface Gateway extends Service {
  /** Ports that were really taken; 0 before the start. */
  ports: () => { public: number; internal: number };
}

type State = 'starting' | 'ready' | 'draining';

/**
 * Builds a gateway. It follows the event streams before it lets anybody in, so that nobody is connected and deaf; it stops
 * in reverse, and its people are told to come back elsewhere.
 */
export function buildGateway({ config, log, instance, tracing = idsOnly }: GatewayDeps): Gateway {
  let state: State = 'starting';
  const ports = { public: 0, internal: 0 };
  const metrics = createMetrics('gateway');
  const parts = createGatewayParts({ config, log, instance, metrics, tracing, isDraining: () => state === 'draining' });
  const { commands, replies, adapter, events, endings } = parts.redis;
  watchStores(metrics, { redis: { commands, replies, adapter, events, 'session-endings': endings } });
  const internal = createInternalServer({
    metrics,
    // Without Redis a gateway is degraded, not dead: its sockets stay, and one blip must not restart the fleet.
    readiness: () => ({
      ready: state === 'ready',
      status: state,
      degraded: parts.redis.isAway() ? ['redis'] : [],
    }),
    addRoutes: (app) => addRebalanceRoute(app, { ...parts, isReady: () => state === 'ready' && !parts.redis.isAway() }),
  });

  return {
    ports: () => ports,

    async start() {
      await startParts(parts);
      const address = await internal.listen({ port: config.INTERNAL_PORT, host: config.HOST });
      ports.internal = Number(new URL(address).port);
      ports.public = await listen(parts.httpServer, { port: config.PORT, host: config.HOST });
      state = 'ready';
    },

    async stop() {
      state = 'draining';
      if (!config.ALLOW_POLLING) closeDoor(parts);
      await drainSockets(parts.io, drainMsOf(config));
      await stopParts(parts);
      await internal.close();
    },
  };
}

/**
 * Newcomers are for the other gateways: a front door whose connection is refused asks the next one at once, while an answer
 * would send the client away for a second or more. Who is inside stays, which with polling takes new connections: then the
 * door remains, and newcomers are answered.
 */
function closeDoor({ httpServer }: GatewayParts): void {
  httpServer.close();
}

async function startParts({ redis, adapter, listenForReplies, people, endings, tail, timers }: GatewayParts) {
  await redis.ready();
  await listenForReplies();
  await adapter.ready();
  await people.renew();
  await endings.start();
  await tail.start();
  timers.start();
}

async function stopParts({ io, httpServer, redis, people, endings, tail, timers }: GatewayParts) {
  timers.stop();
  await people.sayLeaving();
  httpServer.closeAllConnections();
  await io.close().catch(() => undefined);
  await Promise.all([tail.stop(), endings.stop()]);
  redis.close();
}
