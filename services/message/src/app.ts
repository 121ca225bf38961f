import {
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
  createTokenBuckets,
  createTokenVerifier,
  type HttpServer,
  isRedisAway,
  type Log,
  type Service,
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
import { readReadiness } from './readiness.ts';
import { addRoomsOfManyRoutes } from './rooms/rooms-of-many.routes.ts';
import { buildStreamWork } from './stream-work.ts';
import { buildUseCases, type UseCases } from './use-cases.ts';

// A send is answered within milliseconds; whoever waits longer than this tries again, and another service answers.
const finishWithinMs = 2000;

export interface MessageServiceContext {
  config: MessageConfig;
  log: Log;
  instance: string;
}

/** The whole message service. Its ports are open once `start` has resolved. */
export function buildMessageService({ config, log, instance }: MessageServiceContext) {
  const metrics = createMetrics('message');
  const names = createBusNames(config.REDIS_PREFIX);
  const connections = openConnections({ config, log });
  const settings = toPolicySettings(config);
  const useCases = buildUseCases({ connections, names, settings, log, instance });
  const pending = createPendingAnswers();
  const streams = buildStreamWork({ connections, names, log, instance, pending, useCases, settings, metrics });
  const sessions = watchSessions({ config, log, names, connections });
  const doors = buildDoors({ config, connections, names, instance, pending, useCases });
  const app = createHttpServer({ log, metrics });
  addRoutes(app, sessions.verifyToken, { ...useCases, ...doors });
  let stopping = false;
  const internal = createInternalServer({ metrics, readiness: () => readReadiness(connections, stopping) });

  return {
    app,
    ownedPartitions: streams.ownedPartitions,
    async start(): Promise<void> {
      await Promise.all([connections.mongo.ready(), waitForRedis(connections.redis), waitForRedis(connections.queue)]);
      await useCases.ensureIndexes();
      await listenForReplies({ subscriber: connections.subscriber, names, instance, pending, log });
      await sessions.start();
      await useCases.start();
      await streams.start();
      await app.listen({ port: config.PORT, host: config.HOST });
      await internal.listen({ port: config.INTERNAL_PORT, host: config.HOST });
    },
    async stop(): Promise<void> {
      stopping = true;
      // Requests under way still need the streams; one that takes too long must not keep others from the partitions.
      const closed = app.close();
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, finishWithinMs))]);
      await streams.stop();
      await closed;
      await sessions.stop();
      await useCases.close();
      await internal.close();
      await connections.close();
    },
  } satisfies Service & Record<string, unknown>;
}

type RouteDeps = UseCases & ReturnType<typeof buildDoors>;

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
}

/** The doors for what is written over HTTP: through the command stream, or at once while Redis is away. */
function buildDoors({ config, connections: { redis }, names, instance, pending, useCases }: SendContext) {
  const rate = { burst: config.SEND_BURST, perSecond: config.SENDS_PER_SECOND };
  const appendCommand = createCommandLog({ redis, names });
  const limits = { buckets: createTokenBuckets(rate), sharedBuckets: createSharedBuckets({ redis, names, ...rate }) };
  const door = { ...useCases, ...limits, isRedisAway: () => isRedisAway(redis) };
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

type SessionContext = Pick<MessageServiceContext, 'config' | 'log'> & { names: BusNames; connections: Connections };

/** Verifies tokens, and hears of sessions that end before their tokens do. */
function watchSessions({ config, log, names, connections }: SessionContext) {
  const ended = createEndedSessions();
  const follower = createSessionEndingsFollower({
    redis: connections.blockingEndings,
    names,
    log,
    onEnded: ended.record,
    poll: createSessionEndingsPoll({ authInternalUrl: config.AUTH_INTERNAL_URL }),
  });
  const findKey = createRemoteKeySet({ url: `${config.AUTH_URL}/.well-known/jwks.json`, log });
  return {
    ...follower,
    verifyToken: createTokenVerifier({ findKey, issuer: config.HALLWAY_ORIGIN, isEnded: ended.isEnded }),
  };
}
