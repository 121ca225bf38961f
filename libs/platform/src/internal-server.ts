import Fastify, { type FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.ts';
import { watchEventLoop } from './process-metrics.ts';

/** What `/readyz` is told: whether to send work here, and what is away although work goes on. */
export interface Readiness {
  ready: boolean;
  status: string;
  degraded: string[];
}

/** What routes on the internal port are added to. */
export type InternalServer = FastifyInstance;

export interface InternalServerOptions {
  metrics: Metrics;
  readiness: () => Promise<Readiness> | Readiness;
  /** Adds routes that only neighbours may reach. */
  addRoutes?: (app: InternalServer) => void;
}

/** The port that is never routed from outside: `/livez` speaks of this process alone, `/readyz` of its stores too. */
export function createInternalServer({ metrics, readiness, addRoutes }: InternalServerOptions) {
  const app = Fastify({ logger: false });
  app.get('/livez', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const { ready, status, degraded } = await readiness();
    reply.status(ready ? 200 : 503);
    return { status, degraded };
  });
  app.get('/metrics', async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
  app.addHook('onClose', watchEventLoop(metrics));
  addRoutes?.(app);
  return app;
}
