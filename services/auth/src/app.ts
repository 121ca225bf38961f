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
  createServiceSchema,
  isRedisAway,
  type Log,
  type Metrics,
  waitForRedis,
  watchStores,
} from '@hallway/platform';
import { createDirectoryReader } from '@hallway/policy';
import { addAccountsRoutes } from './accounts/accounts.routes.ts';
import { addAdminRoutes } from './admin/admin.routes.ts';
import { createMakeDemoCampus } from './campus/make-demo-campus.ts';
import type { AuthConfig } from './config.ts';
import { countLogins } from './count-logins.ts';
import { createCoursesRepository } from './directory/courses.repository.ts';
import { addDirectoryRoutes } from './directory/directory.routes.ts';
import { createListChildren } from './directory/list-children.ts';
import { createListCourses } from './directory/list-courses.ts';
import { createListPeople } from './directory/list-people.ts';
import { createPeopleRepository } from './directory/people.repository.ts';
import { addPolicyRoutes } from './directory/policy.routes.ts';
import { createSectionsRepository } from './directory/sections.repository.ts';
import { addKeysRoutes } from './keys/keys.routes.ts';
import { buildPolicyParts, type PolicyParts } from './policy-parts.ts';
import { buildRosterParts, type RosterParts } from './roster/roster-parts.ts';
import { authSchema } from './schema-part.ts';
import { addSecondFactorRoutes } from './second-factor/second-factor.routes.ts';
import { addSignInRoutes } from './second-factor/sign-in.routes.ts';
import { addSessionEndingsRoutes } from './sessions/session-endings.routes.ts';
import { addSessionsRoutes } from './sessions/sessions.routes.ts';
import { buildSignIn, type SignIn, type SignInDeps } from './sign-in.ts';

export interface AuthServiceDeps {
  config: AuthConfig;
  log: Log;
}

export type AuthService = ReturnType<typeof buildAuthService>;

/** The auth service, ready to be started. `http` answers once `start` has resolved; port 0 picks a free one. */
export function buildAuthService({ config, log }: AuthServiceDeps) {
  const metrics = createMetrics('auth');
  const stores = openStores(config, log, metrics);
  const signIn = buildCountedSignIn({ config, log, ...stores }, metrics);
  const policy = buildPolicyParts({ config, log, ...stores });
  const roster = buildRosterParts({ config, connection: stores.mongo.connection, log });
  const http = buildHttp({ config, log, metrics, stores, signIn, policy, roster });
  let isReady = false;
  const internal = createInternalServer({
    metrics,
    readiness: () => findReadiness(isReady, stores),
    addRoutes: (app) => addSessionEndingsRoutes(app, signIn),
  });
  const schema = createSchema({ config, log }, stores);
  const makeDemoCampus = createMakeDemoCampus({ connection: stores.mongo.connection, ...signIn, log });

  return {
    http,
    ports: () => ({
      port: portOf(http.server, config.PORT),
      internalPort: portOf(internal.server, config.INTERNAL_PORT),
    }),

    async start(): Promise<void> {
      await signIn.loadKeys();
      await reachStores(stores);
      await internal.listen({ host: config.HOST, port: config.INTERNAL_PORT });
      await schema.ready();
      if (config.DEMO_CAMPUS) await makeDemoCampus();
      signIn.announcer.start();
      await policy.watch.start();
      await http.listen({ host: config.HOST, port: config.PORT });
      isReady = true;
    },

    async stop(): Promise<void> {
      isReady = false;
      schema.stop();
      await http.close();
      await internal.close();
      await roster.stop();
      await signIn.announcer.stop();
      await policy.watch.stop();
      signIn.keyRing.stop();
      stores.redis.disconnect();
      await stores.mongo.close();
    },
  };
}

/** The port that a server really has while it listens, and otherwise the one that it was told. */
function portOf(server: Server, told: number): number {
  return (server.address() as AddressInfo | null)?.port ?? told;
}

function openStores(config: AuthConfig, log: Log, metrics: Metrics) {
  const mongo = createMongo({ uri: config.MONGODB_URI, appName: 'hallway-auth', log });
  const redis = createRedis({ url: config.REDIS_URL, log, role: 'auth', kind: 'commands' });
  watchStores(metrics, { mongo, redis: { commands: redis } });
  return { mongo, redis };
}

type Stores = ReturnType<typeof openStores>;

function buildCountedSignIn(deps: SignInDeps, metrics: Metrics): SignIn {
  const signIn = buildSignIn(deps);
  return { ...signIn, ...countLogins(metrics, signIn) };
}

function createSchema({ config, log }: AuthServiceDeps, { mongo: { connection } }: Stores) {
  const { HALLWAY_ENV: environment, INSTANCE_ID: instance = 'auth' } = config;
  return createServiceSchema({ connection, part: authSchema, environment, instance, log });
}

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
  policy: PolicyParts;
  roster: RosterParts;
}

function buildHttp({ config, log, metrics, stores, signIn, policy, roster }: HttpDeps) {
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
  addSignInRoutes(app, signIn);
  addSecondFactorRoutes(app, { authenticate, ...signIn });
  addAdminRoutes(app, { connection, redis: stores.redis, redisPrefix: config.REDIS_PREFIX, log, authenticate, signIn });
  roster.addRoutes(app, authenticate);
  addPolicyRoutes(app, { authenticate, ...policy });
  addDirectoryRoutes(app, {
    authenticate,
    listPeople: createListPeople({
      people: createPeopleRepository(connection),
      ...policy,
      directory,
      presence: createPresenceReader({ redis: stores.redis, names }),
      log,
    }),
    listCourses: createListCourses({ directory, courses, sections: createSectionsRepository(connection) }),
    listChildren: createListChildren({ directory, courses }),
  });
  return app;
}
