import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { answerHeaders, limits, parseTraceparent } from '@hallway/contracts';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyTypeProvider,
  LogController,
} from 'fastify';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { AppError } from './app-error.ts';
import { answerFault, toPublicFault } from './http-faults.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { readIntegers } from './query-integers.ts';
import { findFaults } from './validation.ts';

export interface TypeBoxTypeProvider extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
}

const requestIdPattern = /^[A-Za-z0-9._-]{1,128}$/;

export interface HttpServerOptions {
  log: Log;
  metrics: Metrics;
  /** How many proxies stand in front; that many entries of `x-forwarded-for` are believed. */
  proxyHops?: number;
}

/**
 * A Fastify server that validates with the contract's schemas, answers every fault as CONTRACT section 1 says, and
 * writes one log line per request. Routes bring their own schemas; `authenticate` from this library guards them.
 */
export function createHttpServer({ log, metrics, proxyHops = 1 }: HttpServerOptions) {
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.payloadBytes,
    trustProxy: (_address: string, hop: number) => hop < proxyHops,
    genReqId: readRequestId,
    requestIdHeader: false,
    // A stopping server finishes what comes over connections that are there, and says that each is to close: a deploy must
    // cost nobody an error. New connections go to the others.
    return503OnClosing: false,
    // An idle keep-alive connection must outlive the proxy's, or the proxy meets a closed door now and then.
    keepAliveTimeout: 75_000,
    requestTimeout: 30_000,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      void answerFault(toPublicFault(error), request, reply);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => createValidator(schema, httpPart));
  app.setErrorHandler<FastifyError>((error, request, reply) => answerFault(toPublicFault(error), request, reply));
  app.setNotFoundHandler((request, reply) => answerFault(new AppError({ code: 'NOT_FOUND' }), request, reply));
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...answerHeaders, 'x-request-id': request.id });
  });
  app.addHook('preValidation', async (request) => {
    // A request without a body means the same as one with an empty object.
    if (request.body === undefined || request.body === null) request.body = {};
  });
  app.addHook('onResponse', async (request, reply) => recordAnswer({ request, reply, log, metrics }));
  acceptEmptyJsonBody(app);
  return app;
}

export type HttpServer = ReturnType<typeof createHttpServer>;

function readRequestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && requestIdPattern.test(given) ? given : randomUUID();
}

function createValidator(schema: TSchema, httpPart: string | undefined) {
  return (value: unknown) => {
    // What stands in an address is text: integers are read from it, and query parameters nobody knows are dropped.
    const isQuery = httpPart === 'querystring';
    const candidate = isQuery ? Value.Clean(schema, readIntegers(schema, value as object)) : value;
    const faults = findFaults(schema, candidate);
    if (faults.length === 0) return { value: candidate };
    return { error: Object.assign(new Error('validation failed'), { faults }) };
  };
}

function acceptEmptyJsonBody(
  app: Pick<FastifyInstance, 'getDefaultJsonParser' | 'removeContentTypeParser' | 'addContentTypeParser'>,
) {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, {});
    else void parseJson(request, body as string, done);
  });
}

interface Answered {
  request: FastifyRequest;
  reply: FastifyReply;
  log: Log;
  metrics: Metrics;
}

function recordAnswer({ request, reply, log, metrics }: Answered) {
  const route = request.routeOptions.url ?? 'unknown';
  const { method } = request;
  metrics.httpSeconds.observe({ method, route }, reply.elapsedTime / 1000);
  metrics.httpRequests.inc({ method, route, status: String(reply.statusCode) });
  const traceId = parseTraceparent(traceOf(request).traceparent)?.traceId;
  log.info(
    {
      requestId: request.id,
      ...(traceId === undefined ? {} : { traceId }),
      userId: request.caller?.sub,
      method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    },
    'request answered',
  );
}

/** Where the trace that a request belongs to goes on, if it says so. */
export function traceOf({ headers }: Pick<FastifyRequest, 'headers'>): { traceparent?: string } {
  const { traceparent } = headers;
  return typeof traceparent === 'string' ? { traceparent } : {};
}
