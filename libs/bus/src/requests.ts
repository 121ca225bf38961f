import { randomUUID } from 'node:crypto';
import {
  type Answer,
  type Fault,
  type ServiceRequestName,
  type ServiceRequestParams,
  type ServiceRequestResult,
  serviceRequests,
} from '@hallway/contracts';
import { AppError, type Log, type OnRound, parse, toAppError } from '@hallway/platform';
import type { Redis } from 'ioredis';
import type { PendingAnswers, PublishAnswers } from './answers.ts';
import { createConsumerSweep, ensureGroup, fieldsOf, leaveGroup, type StreamEntry } from './consumer-groups.ts';
import { createLoop } from './loop.ts';
import type { BusNames } from './names.ts';
import { requireConnection } from './require-connection.ts';

/** Consumer group of the message services: each request is handed to one of them. */
const group = 'message-services';
// A person waits for each: after this long they have gone, or try again.
const answerWithinMs = 5000;
// What one service works on at once. A request costs a few reads of MongoDB, whose pool has twenty connections: more would
// only wait there, and hold what they have read.
const inWorkLimit = 64;
// Requests that nobody has taken. They are stale after five seconds anyway.
const streamLength = 20_000;

export interface AskOptions {
  redis: Redis;
  names: BusNames;
  instance: string;
  pending: PendingAnswers;
}

/**
 * Asks the message services a question. Rejects with the answer's fault, or with `TEMPORARILY_UNAVAILABLE` when nobody
 * answers in time. Asking changes nothing that asking again would spoil.
 */
export function createAsk({ redis, names, instance, pending }: AskOptions) {
  return async function ask<N extends ServiceRequestName>(
    name: N,
    params: ServiceRequestParams<N>,
  ): Promise<ServiceRequestResult<N>> {
    const requestId = randomUUID();
    const request = JSON.stringify({ name, requestId, instance, params, deadline: Date.now() + answerWithinMs });
    const put = () => redis.xadd(names.requests, 'MAXLEN', '~', streamLength, '*', 'request', request);
    const answer = pending.expect(requestId, {
      withinMs: answerWithinMs,
      onTimeout: () => unanswered(name),
      // Where that fails, the first may still be answered.
      putAgain: () => void put().catch(() => undefined),
    });
    put().catch((error) => {
      pending.settle({ requestId, ok: false, fault: toFault(toAppError(error)) });
    });
    return (await answer) as ServiceRequestResult<N>;
  };
}

export type Ask = ReturnType<typeof createAsk>;

function unanswered(name: string): AppError {
  return new AppError({
    code: 'TEMPORARILY_UNAVAILABLE',
    internal: `nobody answered ${name} in time`,
    retryAfterMs: 1000,
  });
}

/** What of an error may cross to another service. */
export function toFault(error: AppError): Fault {
  return {
    code: error.code,
    ...(error.publicMessage === undefined ? {} : { message: error.publicMessage }),
    ...(error.details === undefined ? {} : { details: error.details }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  };
}

export type RequestHandlers = {
  [N in ServiceRequestName]: (params: ServiceRequestParams<N>) => Promise<ServiceRequestResult<N>>;
};

export interface RequestServerOptions {
  /** A connection of its own: the loop blocks on it. */
  blocking: Redis;
  redis: Redis;
  names: BusNames;
  log: Log;
  consumer: string;
  handlers: RequestHandlers;
  publishAnswers: PublishAnswers;
  onRound?: OnRound;
}

interface Request {
  name: ServiceRequestName;
  requestId: string;
  instance: string;
  params: unknown;
  deadline: number;
}

/**
 * Answers requests until it is stopped, 64 at a time; more wait in Redis for this service or another. Each is handed out once;
 * what a crash swallows is asked again.
 */
export function createRequestServer(options: RequestServerOptions) {
  const { blocking, redis, names, log, consumer, handlers, publishAnswers } = options;
  const prepare = () => ensureGroup(redis, names.requests, group);
  const streams = [names.requests];
  const removeDead = createConsumerSweep({ ...options, streams, group });
  const inWork = new Set<Promise<void>>();

  async function serve(text: string | undefined): Promise<void> {
    const request = parseRequest(text);
    if (!request) return log.error('a request is malformed');
    if (request.deadline < Date.now()) return;
    const answer = await answerRequest(request, handlers, log);
    // Nobody waits any longer, and what nobody waits for need not travel.
    if (request.deadline < Date.now()) return;
    publishAnswers(request.instance, [answer]);
  }

  function work(text: string | undefined): void {
    const done = serve(text)
      .catch((error) => log.error({ err: error }, 'a request could not be answered'))
      .finally(() => inWork.delete(done));
    inWork.add(done);
  }

  async function readOnce(): Promise<void> {
    await removeDead();
    if (inWork.size >= inWorkLimit) await Promise.race(inWork);
    const room = inWorkLimit - inWork.size;
    requireConnection(blocking);
    const take = ['COUNT', room, 'BLOCK', 1000, 'NOACK', 'STREAMS', names.requests, '>'] as const;
    const reply = (await blocking.xreadgroup('GROUP', group, consumer, ...take)) as [string, StreamEntry[]][] | null;
    // A slow answer must not hold up the ones behind it: the loop goes on while they are worked on.
    for (const entry of reply?.[0]?.[1] ?? []) work(fieldsOf(entry).request);
  }

  const loop = createLoop({ what: 'requests', log, step: readOnce, recover: prepare, onRound: options.onRound });
  return {
    async start(): Promise<void> {
      await prepare();
      loop.start();
    },
    async stop(): Promise<void> {
      await loop.stop();
      await leaveGroup(options, { streams, group, consumer });
    },
  };
}

async function answerRequest(request: Request, handlers: RequestHandlers, log: Log): Promise<Answer> {
  const { name, requestId } = request;
  // A gateway of a later release asks more than is known here, and had better hear so than wait.
  if (!Object.hasOwn(serviceRequests, name)) return { requestId, ok: false, fault: { code: 'NOT_FOUND' } };
  try {
    const handle = handlers[name] as (params: unknown) => Promise<unknown>;
    return { requestId, ok: true, value: await handle(parse(serviceRequests[name].params, request.params)) };
  } catch (error) {
    const fault = toAppError(error);
    if (fault.status >= 500) log.error({ err: fault, request: name }, 'a request failed');
    return { requestId, ok: false, fault: toFault(fault) };
  }
}

function parseRequest(text: string | undefined): Request | null {
  try {
    const request = JSON.parse(text ?? '') as Request;
    return typeof request.name === 'string' && typeof request.requestId === 'string' ? request : null;
  } catch {
    return null;
  }
}
