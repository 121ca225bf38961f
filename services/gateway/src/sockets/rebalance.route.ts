import type { InternalServer } from '@hallway/platform';
import { Type } from 'typebox';
import type { Balance } from './rebalance.ts';

export interface RebalanceRouteDeps {
  rebalance: (overMs: number) => Promise<Balance>;
  /** Whether other gateways would hear of it. */
  isReady: () => boolean;
}

const Querystring = Type.Object({ overSeconds: Type.Integer({ minimum: 1, maximum: 600, default: 30 }) });

/** `POST /rebalance?overSeconds=30` answers what is going to happen, before it has: docs/kubernetes.md. */
export function addRebalanceRoute(app: InternalServer, { rebalance, isReady }: RebalanceRouteDeps): void {
  app.post<{ Querystring: { overSeconds: number } }>(
    '/rebalance',
    { schema: { querystring: Querystring } },
    async ({ query }, reply) => {
      if (!isReady()) return reply.status(503).send({ message: 'This gateway is not ready, or Redis is away.' });
      return await rebalance(query.overSeconds * 1000);
    },
  );
}
