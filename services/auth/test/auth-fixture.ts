import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@hallway/platform';
import { useTestEngines } from '@hallway/testkit';
import mongoose from 'mongoose';
import { buildAuthService } from '../src/app.ts';
import { readAuthConfig } from '../src/config.ts';

export const origin = 'http://hallway.test';

/** What a test may ask of the running service. */
export type AuthFixture = Awaited<ReturnType<typeof startAuth>>;

/** An environment with its own database and its own keys in Redis. */
export function freshEnvironment(overrides: Record<string, string> = {}): Record<string, string> {
  const { mongoUri, redisUrl, redisPrefix } = useTestEngines();
  return {
    HALLWAY_ENV: 'test',
    HALLWAY_ORIGIN: origin,
    HOST: '127.0.0.1',
    PORT: '0',
    INTERNAL_PORT: '0',
    LOG_LEVEL: 'silent',
    MONGODB_URI: mongoUri,
    REDIS_URL: redisUrl,
    REDIS_PREFIX: redisPrefix,
    DEMO_CAMPUS: 'true',
    ...overrides,
  };
}

/** Starts the service on free ports, with the demo campus and a key of its own unless told otherwise. */
export async function startAuth(overrides: Record<string, string> = {}) {
  const keysDirectory = await mkdtemp(join(tmpdir(), 'hallway-auth-'));
  const environment = freshEnvironment({ AUTH_KEYS_DIR: keysDirectory, ...overrides });
  const config = readAuthConfig(environment);
  const log = createLog({ service: 'auth', instance: 'test', level: config.LOG_LEVEL });
  const service = buildAuthService({ config, log });
  await service.start();
  const connection = await mongoose.createConnection(config.MONGODB_URI).asPromise();
  const internalUrl = `http://127.0.0.1:${service.ports().internalPort}`;

  return {
    environment,
    config,
    service,
    connection,
    internalUrl,
    ...createCalls(service.http),
    async stop() {
      await service.stop();
      await connection.dropDatabase();
      await connection.close();
      await rm(keysDirectory, { recursive: true, force: true });
    },
  };
}

interface Call {
  token?: string | undefined;
  cookie?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
  address?: string;
}

/** Calls of the public routes, without a network in between. */
function createCalls(http: ReturnType<typeof buildAuthService>['http']) {
  async function call(route: `${string} ${string}`, { token, cookie, body, headers, address }: Call = {}) {
    const [method, url] = route.split(' ') as ['GET' | 'POST' | 'PUT' | 'DELETE', string];
    const response = await http.inject({
      method,
      url,
      remoteAddress: address ?? '127.0.0.1',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(cookie === undefined ? {} : { cookie: `hallway_refresh=${cookie}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    const set = response.cookies.find(({ name }) => name === 'hallway_refresh');
    const text = response.body;
    return {
      status: response.statusCode,
      headers: response.headers,
      text,
      cookie: set,
      json: text ? parse(text) : null,
    };
  }

  async function login(username = 'john', password = 'hallway-demo') {
    const answer = await call('POST /api/auth/login', { body: { username, password } });
    if (answer.status !== 200) throw new Error(`login of ${username} answered ${answer.status} ${answer.text}`);
    return { token: answer.json.accessToken as string, cookie: answer.cookie!.value, user: answer.json.user, answer };
  }

  return { call, login };
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
function parse(text: string): any {
  return JSON.parse(text);
}
