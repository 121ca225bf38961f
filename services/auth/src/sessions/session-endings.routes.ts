import { Timestamp } from '@hallway/contracts';
import { AppError, parse } from '@hallway/platform';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { SessionsRepository } from './sessions.repository.ts';

const EndingsQuery = Type.Object({ since: Timestamp });

/** For gateways, on the internal port: what ended since a time, while Redis cannot tell them. */
export function addSessionEndingsRoutes(app: FastifyInstance, { sessions }: { sessions: SessionsRepository }): void {
  app.get('/session-endings', async (request, reply) => {
    try {
      const { since } = parse(EndingsQuery, request.query);
      return { endings: await sessions.listEndings(new Date(since)) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return reply.status(error.status).send({ error: error.toBody(request.id) });
    }
  });
}
