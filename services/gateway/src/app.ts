import { createInternalServer, createMetrics, type Log, type Service } from '@hallway/platform';
import { drainMsOf, type GatewayConfig } from './config.ts';
import { createGatewayParts, type GatewayParts } from './gateway-parts.ts';
import { listen } from './sockets/create-socket-server.ts';
import { drainSockets } from './sockets/drain-sockets.ts';

export interface GatewayDeps {
  config: GatewayConfig;
  log: Log;
  /** Name of this process: what it asks is answered to this name. */
  instance: string;
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
export function buildGateway({ config, log, instance }: GatewayDeps): Gateway {
  let state: State = 'starting';
  const ports = { public: 0, internal: 0 };
  const metrics = createMetrics('gateway');
  const parts = createGatewayParts({ config, log, instance, metrics, isDraining: () => state === 'draining' });
  const internal = createInternalServer({
    metrics,
    // Without Redis a gateway is degraded, not dead: its sockets stay, and one blip must not restart the fleet.
    readiness: () => ({
      ready: state === 'ready',
      status: state,
      degraded: parts.redis.isAway() ? ['redis'] : [],
    }),
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
      await drainSockets(parts.io, drainMsOf(config));
      await stopParts(parts);
      await internal.close();
    },
  };
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
