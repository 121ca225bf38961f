import { BlocksAnswer, IdParams, ListQuery, MayMessageAnswer, MayMessageQuery, UserIdParams } from '@hallway/contracts';
import { callerOf, type createAuthenticate, type HttpServer } from '@hallway/platform';
import type { BlockPerson, UnblockPerson } from './block-person.ts';
import type { ExplainPair } from './explain-pair.ts';
import type { ListBlocks } from './list-blocks.ts';

export interface PolicyRoutesDeps {
  authenticate: ReturnType<typeof createAuthenticate>;
  explainPair: ExplainPair;
  listBlocks: ListBlocks;
  blockPerson: BlockPerson;
  unblockPerson: UnblockPerson;
}

/** Whom one may message and why, and one's own block list. */
export function addPolicyRoutes(app: HttpServer, deps: PolicyRoutesDeps): void {
  const { authenticate: onRequest, explainPair, listBlocks, blockPerson, unblockPerson } = deps;

  app.get(
    '/api/directory/people/:id/may-message',
    { onRequest, schema: { params: IdParams, querystring: MayMessageQuery, response: { 200: MayMessageAnswer } } },
    (request) => explainPair({ callerId: callerOf(request).sub, toId: request.params.id, fromId: request.query.from }),
  );

  app.get(
    '/api/directory/blocks',
    { onRequest, schema: { querystring: ListQuery, response: { 200: BlocksAnswer } } },
    (request) => listBlocks(callerOf(request).sub, request.query),
  );

  app.put('/api/directory/blocks/:userId', { onRequest, schema: { params: UserIdParams } }, async (request, reply) => {
    await blockPerson(callerOf(request).sub, request.params.userId);
    return reply.status(204).send();
  });

  app.delete(
    '/api/directory/blocks/:userId',
    { onRequest, schema: { params: UserIdParams } },
    async (request, reply) => {
      await unblockPerson(callerOf(request).sub, request.params.userId);
      return reply.status(204).send();
    },
  );
}
