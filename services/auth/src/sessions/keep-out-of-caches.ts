import type { FastifyReply, FastifyRequest } from 'fastify';

/** An `onRequest` hook for answers with tokens or secrets, refusals included: they must not stay in any cache. */
export async function keepOutOfCaches(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('cache-control', 'no-store');
}
