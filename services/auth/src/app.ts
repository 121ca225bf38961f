import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastifyCookie from '@fastify/cookie';
import { createBusNames, createPresenceReader } from '@hallway/bus';
import {
  createAuthenticate,
  createHttpServer,
  createInternalServer,
  createMetrics,
  createMongo,
  createRedis,
  isRedisAway,
  type Log,
  waitForRedis,
} from '@hallway/platform';
import { createDirectoryReader, createPolicyFacts, toPolicySettings } from '@hallway/policy';
import { addAccountsRoutes } from './accounts/accounts.routes.ts';
import { createMakeDemoCampus } from './campus/make-demo-campus.ts';
import type { AuthConfig } from './config.ts';
import { ensureIndexes } from './database-indexes.ts';
import { createCoursesRepository } from './directory/courses.repository.ts';
import { addDirectoryRoutes } from './directory/directory.routes.ts';
import { createListChildren } from './directory/list-children.ts';
import { createListCourses } from './directory/list-courses.ts';
import { createListPeople } from './directory/list-people.ts';
import { createPeopleRepository } from './directory/people.repository.ts';
import { addKeysRoutes } from './keys/keys.routes.ts';
import { addSessionEndingsRoutes } from './sessions/session-endings.routes.ts';
import { addSessionsRoutes } from './sessions/sessions.routes.ts';
import { buildSignIn, type SignIn } from './sign-in.ts';

export interface AuthServiceDeps {
  config: AuthConfig;
  log: Log;
}

export type AuthService = ReturnType<typeof buildAuthService>;

/** The auth service, ready to be started. `http` answers once `start` has resolved; port 0 picks a free one. */
export function buildAuthService({ config, log }: AuthServiceDeps) {
  const metrics = createMetrics('auth');
  const stores = openStores(config, log);
  const signIn = buildSignIn({ config, log, ...stores });
  const http = buildHttp({ config, log, metrics, stores, signIn });
  let isReady = false;
  const internal = createInternalServer({
    metrics,
    readiness: () => findReadiness(isReady, stores),
    addRoutes: (app) => addSessionEndingsRoutes(app, signIn),
  });
  const makeDemoCampus = createMakeDemoCampus({
    connection: stores.mongo.connection,
    passwords: signIn.passwords,
    log,
  });
  let port = config.PORT;
  let internalPort = config.INTERNAL_PORT;

  return {
    http,
    ports: () => ({ port, internalPort }),

    async start(): Promise<void> {
      await signIn.keyRing.load();
      await reachStores(stores);
      await ensureIndexes(stores.mongo.connection);
      if (config.DEMO_CAMPUS) await makeDemoCampus();
      signIn.announcer.start();
      await http.listen({ host: config.HOST, port: config.PORT });
      await internal.listen({ host: config.HOST, port: config.INTERNAL_PORT });
      port = portOf(http.server);
      internalPort = portOf(internal.server);
      isReady = true;
    },

    async stop(): Promise<void> {
      isReady = false;
      await http.close();
      await internal.close();
      await signIn.announcer.stop();
      stores.redis.disconnect();
      await stores.mongo.close();
    },
  };
}

/** The port that a listening server really has. */
function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function openStores(config: AuthConfig, log: Log) {
  const mongo = createMongo({ uri: config.MONGODB_URI, appName: 'hallway-auth', log });
  const redis = createRedis({ url: config.REDIS_URL, log, role: 'auth', kind: 'commands' });
  return { mongo, redis };
}

type Stores = ReturnType<typeof openStores>;

/** Both clients give up after some seconds by themselves; a supervisor starts us again. */
async function reachStores({ mongo, redis }: Stores): Promise<void> {
  await mongo.ready().catch((cause: Error) => {
    throw new Error(`MongoDB cannot be reached (MONGODB_URI): ${cause.message}`, { cause });
  });
  await waitForRedis(redis).catch((cause: Error) => {
    throw new Error(`Redis cannot be reached (REDIS_URL): ${cause.message}`, { cause });
  });
}

async function findReadiness(isReady: boolean, { mongo, redis }: Stores) {
  const degraded = isRedisAway(redis) ? ['redis'] : [];
  if (!isReady) return { ready: false, status: 'starting or draining', degraded };
  const mongoAnswers = await mongo.ping().then(
    () => true,
    () => false,
  );
  if (!mongoAnswers) return { ready: false, status: 'MongoDB is away', degraded };
  return { ready: true, status: degraded.length > 0 ? 'degraded' : 'ready', degraded };
}

interface HttpDeps {
  config: AuthConfig;
  log: Log;
  metrics: ReturnType<typeof createMetrics>;
  stores: Stores;
  signIn: SignIn;
}

function buildHttp({ config, log, metrics, stores, signIn }: HttpDeps) {
  const { connection } = stores.mongo;
  const app = createHttpServer({ log, metrics, proxyHops: config.PROXY_HOPS });
  const authenticate = createAuthenticate(signIn.accessSession);
  const directory = createDirectoryReader(connection);
  const courses = createCoursesRepository(connection);
  const names = createBusNames(config.REDIS_PREFIX);
  void app.register(fastifyCookie);
  addKeysRoutes(app, signIn);
  addSessionsRoutes(app, { authenticate, ...signIn });
  addAccountsRoutes(app, { authenticate, ...signIn });
  addDirectoryRoutes(app, {
    authenticate,
    listPeople: createListPeople({
      people: createPeopleRepository(connection),
      facts: createPolicyFacts(connection),
      directory,
      settings: toPolicySettings(config),
      presence: createPresenceReader({ redis: stores.redis, names }),
      log,
    }),
    listCourses: createListCourses({ directory, courses }),
    listChildren: createListChildren({ directory, courses }),
  });
  return app;
}
