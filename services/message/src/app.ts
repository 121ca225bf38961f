import {
  type AckSeconds,
  type BusNames,
  createBusNames,
  createChangeDoor,
  createCommandLog,
  createEndedSessions,
  createPendingAnswers,
  createSendDoor,
  createSessionEndingsFollower,
  createSessionEndingsPoll,
  createSharedBuckets,
  listenForReplies,
  type PendingAnswers,
} from '@hallway/bus';
import {
  createAuthenticate,
  createHttpServer,
  createInternalServer,
  createMetrics,
  createRemoteKeySet,
  createServiceSchema,
  createTokenBuckets,
  createTokenVerifier,
  type HttpServer,
  idsOnly,
  isRedisAway,
  type Log,
  type Service,
  type Tracing,
  type VerifyToken,
  waitForRedis,
} from '@hallway/platform';
import { toPolicySettings } from '@hallway/policy';
import { createChangeMessage } from './changes/change-message.ts';
import { addChangeRoutes } from './changes/changes.routes.ts';
import type { MessageConfig } from './config.ts';
import { type Connections, openConnections } from './connections.ts';
import { addByPersonRoutes } from './messages/by-person.routes.ts';
import { addByRoomRoutes } from './messages/by-room.routes.ts';
import { createSendMessage } from './messages/send-message.ts';
import { readReadiness, type ServiceState } from './readiness.ts';
import { addRoomsOfManyRoutes } from './rooms/rooms-of-many.routes.ts';
import { messageSchema } from './schema-part.ts';
import { measureService, type ServiceMetrics } from './service-metrics.ts';
import { finishRequestsMs } from './stop-times.ts';
import { buildStreamWork } from './stream-work.ts';
import { buildUseCases, type UseCases } from './use-cases.ts';

export interface MessageServiceContext {
  config: MessageConfig;
  log: Log;
  instance: string;
  tracing?: Tracing;
}

/** The whole message service. Its ports are open once `start` has resolved. */
export function buildMessageService(context: MessageServiceContext) {
  const { config, log, instance } = context;
  const parts = buildParts(context);
  const { connections, names, pending, useCases, measured, streams, sessions, app, schema } = parts;
  let state: ServiceState = 'starting';
  const internal = createInternalServer({
    metrics: parts.metrics,
    readiness: () => readReadiness(connections, state),
  });

  return {
    app,
    internal,
    ownedPartitions: streams.ownedPartitions,
    async start(): Promise<void> {
      await Promise.all([connections.mongo.ready(), waitForRedis(connections.redis), waitForRedis(connections.queue)]);
      await internal.listen({ port: config.INTERNAL_PORT, host: config.HOST });
      await schema.ready();
      await listenForReplies({ subscriber: connections.subscriber, names, instance, pending, log });
      await sessions.start();
      await useCases.start();
      await streams.start();
      measured.lag.start();
      await app.listen({ port: config.PORT, host: config.HOST });
      state = 'running';
    },
    async stop(): Promise<void> {
      state = 'stopping';
      schema.stop();
      measured.lag.stop();
      // Requests under way still need the streams; one that takes too long must not keep others from the partitions.
      const closed = app.close();
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, finishRequestsMs))]);
      await streams.stop();
      await closed;
      await sessions.stop();
      await useCases.close();
      await internal.close();
      await connections.close();
    },
  } satisfies Service & Record<string, unknown>;
}

/** Makes every part and connects them. Nothing is listened to yet. */
function buildParts(context: MessageServiceContext) {
  const { config, log, instance, tracing = idsOnly } = context;
  const metrics = createMetrics('message');
  const names = createBusNames(config.REDIS_PREFIX);
  const connections = openConnections({ config, log });
  const settings = toPolicySettings(config);
  const useCases = buildUseCases({ connections, names, settings, log, instance });
  const pending = createPendingAnswers();
  const measured = measureService(metrics, { connections, names, log });
  const shared = { connections, names, instance, pending, useCases, tracing, ...measured };
  const streams = buildStreamWork({ ...shared, log, settings });
  const sessions = watchSessions({ config, log, names, connections, ...measured });
  const app = createHttpServer({ log, metrics });
  addRoutes(app, sessions.verifyToken, { ...useCases, ...buildDoors({ ...shared, config }), ...measured });
  measured.watchPartitions(streams.ownedPartitions);
  const schema = createSchema(context, connections);
  return { metrics, names, connections, useCases, pending, measured, streams, sessions, app, schema };
}

function createSchema({ config, log, instance }: MessageServiceContext, { mongo: { connection } }: Connections) {
  return createServiceSchema({ connection, part: messageSchema, environment: config.HALLWAY_ENV, instance, log });
}

type RouteDeps = UseCases & ReturnType<typeof buildDoors> & ServiceMetrics;

/** In a scope of their own, so that an address that leads nowhere is a 404 for strangers too. */
function addRoutes(app: HttpServer, verifyToken: VerifyToken, deps: RouteDeps): void {
  app.register(async (scope) => {
    scope.addHook('onRequest', createAuthenticate(verifyToken));
    addByPersonRoutes(scope, deps);
    addByRoomRoutes(scope, deps);
    addRoomsOfManyRoutes(scope, deps);
    addChangeRoutes(scope, deps);
  });
}

interface SendContext {
  config: MessageConfig;
  connections: Connections;
  names: BusNames;
  instance: string;
  pending: PendingAnswers;
  useCases: UseCases;
  tracing: Tracing;
  ackSeconds: AckSeconds;
}

/** The doors for what is written over HTTP: through the command stream, or at once while Redis is away. */
function buildDoors(context: SendContext) {
  const { config, names, instance, pending, useCases, tracing, ackSeconds } = context;
  const { redis } = context.connections;
  const rate = { burst: config.SEND_BURST, perSecond: config.SENDS_PER_SECOND };
  const appendCommand = createCommandLog({ redis, names });
  const limits = { buckets: createTokenBuckets(rate), sharedBuckets: createSharedBuckets({ redis, names, ...rate }) };
  const door = { ...useCases, ...limits, tracing, ackSeconds, isRedisAway: () => isRedisAway(redis) };
  return {
    sendMessage: createSendMessage({
      ...door,
      submitSend: createSendDoor({ appendCommand, pending, instance, answer: 'reply' }),
    }),
    changeMessage: createChangeMessage({
      ...door,
      submitChange: createChangeDoor({ appendCommand, pending, instance }),
    }),
  };
}

type SessionContext = Pick<MessageServiceContext, 'config' | 'log'> &
  Pick<ServiceMetrics, 'onRound'> & { names: BusNames; connections: Connections };

/** Verifies tokens, and hears of sessions that end before their tokens do. */
function watchSessions({ config, log, names, connections, onRound }: SessionContext) {
  const ended = createEndedSessions();
  const follower = createSessionEndingsFollower({
    redis: connections.blockingEndings,
    names,
    log,
    onEnded: ended.record,
    poll: createSessionEndingsPoll({ authInternalUrl: config.AUTH_INTERNAL_URL }),
    onRound,
  });
  const findKey = createRemoteKeySet({ url: `${config.AUTH_URL}/.well-known/jwks.json`, log });
  return {
    ...follower,
    verifyToken: createTokenVerifier({ findKey, issuer: config.HALLWAY_ORIGIN, isEnded: ended.isEnded }),
  };
}
