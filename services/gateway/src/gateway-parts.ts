import { randomBytes } from 'node:crypto';
import {
  createAsk,
  createBusNames,
  createEndedSessions,
  createEventTail,
  createPendingAnswers,
  createPresenceLease,
  createPresenceReader,
  createSessionEndingsFollower,
  createSessionEndingsPoll,
  listenForReplies,
  lostOutcomeMs,
} from '@hallway/bus';
import { socketRooms } from '@hallway/contracts';
import {
  countRounds,
  createRemoteKeySet,
  createTokenBuckets,
  createTokenVerifier,
  type Log,
  type Metrics,
  type Tracing,
} from '@hallway/platform';
import { allowedOriginsOf, type GatewayConfig } from './config.ts';
import { createFanOut } from './events/fan-out.ts';
import { createRecentMessages } from './events/recent-messages.ts';
import { createResync } from './events/resync.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import { collectTimers } from './gateway-timers.ts';
import { createAnnouncePresence } from './presence/announce-presence.ts';
import { createPairCheck } from './presence/pair-check.ts';
import { createPeopleHere } from './presence/people-here.ts';
import { createRedisConnections } from './redis-connections.ts';
import { registerHandlers } from './register-handlers.ts';
import { createAskAnyRelease } from './rooms/ask-any-release.ts';
import { createFairAsk } from './rooms/fair-ask.ts';
import { createMemberIndex } from './rooms/member-index.ts';
import { createPersonRooms } from './rooms/person-rooms.ts';
import { createSessionWatch } from './sessions/session-watch.ts';
import { acceptSockets } from './sockets/accept-sockets.ts';
import { admitSockets } from './sockets/admit-sockets.ts';
import { createAdapter } from './sockets/create-adapter.ts';
import { createSocketServer } from './sockets/create-socket-server.ts';
import { createEventDispatcher } from './sockets/event-dispatcher.ts';
import { localSocketsIn } from './sockets/gateway-socket.ts';
import { createRebalance } from './sockets/rebalance.ts';
import { createGatewayCount } from './typing/count-gateways.ts';

export interface GatewayPartsDeps {
  config: GatewayConfig;
  log: Log;
  instance: string;
  metrics: Metrics;
  tracing: Tracing;
  isDraining: () => boolean;
}

/** Makes every part of a gateway and connects them. Nothing is listened to and no timer runs yet. */
export function createGatewayParts(deps: GatewayPartsDeps) {
  const base = createBaseParts(deps);
  const sessions = createSessionParts(deps, base);
  const rooms = createRoomParts(deps, base);
  const presence = createPresenceParts(deps, base);
  letSocketsIn(deps, { ...base, ...sessions, ...rooms, ...presence });
  const { io, redis, names, pending, adapter, httpServer } = base;
  const listen = { subscriber: redis.replies, names, instance: deps.instance, pending, log: deps.log };
  return {
    io,
    httpServer,
    redis,
    adapter,
    people: presence.people,
    endings: sessions.endings,
    tail: rooms.tail,
    rebalance: createRebalance({ io, instance: deps.instance, log: deps.log }),
    listenForReplies: () => listenForReplies(listen),
    timers: collectTimers(base, [presence.people, presence.gatewayCount, sessions.sessionWatch, rooms.resync]),
  };
}

export type GatewayParts = ReturnType<typeof createGatewayParts>;

function createBaseParts({ config, log, instance, metrics: registry }: GatewayPartsDeps) {
  const names = createBusNames(config.REDIS_PREFIX);
  const redis = createRedisConnections(config, log);
  const adapter = createAdapter({ redis: redis.commands, subscriber: redis.adapter, names, log });
  const pending = createPendingAnswers();
  // Whatever a person makes this gateway ask stands in their one queue, the rooms of somebody who connects included.
  const ask = createFairAsk({
    ask: createAskAnyRelease(createAsk({ redis: redis.commands, names, instance, pending })),
    isRedisAway: redis.isAway,
  });
  return {
    names,
    redis,
    adapter,
    pending,
    ask,
    mayHear: createPairCheck({ ask }),
    ...createSocketServer(config, adapter.adapter),
    metrics: createGatewayMetrics(registry),
    onRound: countRounds(registry),
    reader: createPresenceReader({ redis: redis.commands, names }),
  };
}

type BaseParts = ReturnType<typeof createBaseParts>;

function createSessionParts({ config, log }: GatewayPartsDeps, { io, redis, names, onRound }: BaseParts) {
  const endedSessions = createEndedSessions();
  const sessionWatch = createSessionWatch({ io, endedSessions, log });
  return {
    sessionWatch,
    verifyToken: createTokenVerifier({
      findKey: createRemoteKeySet({ url: `${config.AUTH_URL}/.well-known/jwks.json`, log }),
      issuer: config.HALLWAY_ORIGIN,
      isEnded: endedSessions.isEnded,
    }),
    endings: createSessionEndingsFollower({
      redis: redis.endings,
      names,
      log,
      onEnded: sessionWatch.onEnded,
      poll: createSessionEndingsPoll({ authInternalUrl: config.AUTH_INTERNAL_URL }),
      onRound,
    }),
  };
}

function createRoomParts({ log, instance, tracing }: GatewayPartsDeps, base: BaseParts) {
  const { io, redis, names, ask, pending, mayHear, metrics, onRound } = base;
  const index = createMemberIndex();
  const personRooms = createPersonRooms({
    ask,
    index,
    log,
    onLate: (userId) => io.local.to(socketRooms.user(userId)).emit('resync', {}),
    onGone: (userId, chatRoomIds) => {
      for (const socket of localSocketsIn(io, socketRooms.user(userId))) {
        for (const chatRoomId of chatRoomIds) void socket.leave(socketRooms.chatRoom(chatRoomId));
      }
    },
  });
  const resync = createResync({
    canAnswer: redis.canAsk,
    tellAll: () => {
      metrics.resyncs.inc();
      io.local.emit('resync', {});
      // Memberships may have changed unheard, too.
      personRooms.reloadAll().catch((error) => log.error({ err: error }, 'memberships could not be asked for again'));
    },
  });
  const isNews = createRecentMessages();
  const tail = createEventTail({
    blocking: redis.events,
    names,
    log,
    onBatch: createFanOut({ io, index, isNews, mayHear, pending, instance, metrics, tracing, log }),
    onLost: (partitions) => {
      // At once, whenever people are told: what is read next must reach nobody whose removal was lost.
      index.distrustAll();
      resync.request();
      pending.doubt(partitions, lostOutcomeMs);
    },
    onRound,
  });
  return { index, personRooms, resync, tail };
}

function createPresenceParts(
  { config, log, instance }: GatewayPartsDeps,
  { io, redis, names, reader, mayHear }: BaseParts,
) {
  // A process of its own name each time: one that is started again must not revive the lease of the one that died, or
  // nobody would announce the people who did not come back.
  const gateway = `${instance}.${randomBytes(4).toString('hex')}`;
  const people = createPeopleHere({
    lease: createPresenceLease({ redis: redis.commands, names, gateway }),
    reader,
    announce: createAnnouncePresence({ io, mayHear, log }),
    graceMs: config.OFFLINE_GRACE_MS,
    log,
  });
  redis.commands.on('ready', () => {
    people.renew().catch((error) => log.debug({ err: error }, 'presence waits for the next renewal'));
  });
  return { people, gatewayCount: createGatewayCount({ redis: redis.commands, names, log }) };
}

type AllParts = BaseParts &
  ReturnType<typeof createSessionParts> &
  ReturnType<typeof createRoomParts> &
  ReturnType<typeof createPresenceParts>;

function letSocketsIn(deps: GatewayPartsDeps, parts: AllParts): void {
  const { config, log, isDraining } = deps;
  const { io, metrics, people, personRooms, redis, verifyToken } = parts;
  const buckets = createTokenBuckets({ burst: config.EVENT_BURST, perSecond: config.EVENTS_PER_SECOND });
  const dispatcher = createEventDispatcher({ log, metrics, buckets });
  registerHandlers(dispatcher, deps, parts);
  metrics.connectionsMax.set(config.CONNECTIONS_MAX);
  admitSockets({
    io,
    log,
    metrics,
    verifyToken,
    allowedOrigins: allowedOriginsOf(config),
    connectionsMax: config.CONNECTIONS_MAX,
    socketsPerPerson: config.SOCKETS_PER_PERSON,
    isDraining,
    isRedisAway: redis.isAway,
    enter: people.enter,
    leave: (userId) => {
      people.leave(userId);
      if (!people.has(userId)) personRooms.forget(userId);
    },
    prepareInbox: personRooms.prepare,
  });
  acceptSockets({ io, log, metrics, dispatcher, sessionWatch: parts.sessionWatch });
}
