import { randomBytes } from 'node:crypto';
import { captureLog, useTestEngines } from '@hallway/testkit';
import { io as connectSocket, type Socket } from 'socket.io-client';
import { buildGateway, type Gateway } from '../src/app.ts';
import { readGatewayConfig } from '../src/config.ts';
import { startAuthStandIn, type TestPerson, type TokenOptions } from './auth-stand-in.ts';
import { startMessageStandIn } from './message-stand-in.ts';
import { randomId } from './random-id.ts';

export const origin = 'http://hallway.test';

export interface CampusOptions {
  redisUrl?: string;
  gateways?: number;
  /** More environment for every gateway. */
  environment?: Record<string, string>;
}

/** What a test may look at freely: the shape is what is being tested. */
// biome-ignore lint/suspicious/noExplicitAny: an assertion on a field that is not there is the failure that we want.
export type Payload = any;

/** What a socket heard, in order. */
export interface Heard {
  event: string;
  payload: unknown;
}

export type TestClient = Socket & { heard: Heard[] };

export interface ConnectOptions {
  gateway?: Gateway;
  token?: string | undefined;
  tokenOptions?: TokenOptions;
  auth?: Record<string, unknown>;
  originHeader?: string;
}

/** Gateways with real Redis, real sockets, and stand-ins for the services beside them. */
export async function startCampus({ redisUrl, gateways = 1, environment = {} }: CampusOptions = {}) {
  const engines = useTestEngines();
  const { redisPrefix: prefix } = engines;
  const { log, lines } = captureLog();
  const auth = await startAuthStandIn(origin);
  const messages = await startMessageStandIn({ redisUrl: redisUrl ?? engines.redisUrl, prefix, log });
  const clients: TestClient[] = [];
  const running: Gateway[] = [];

  async function startGateway(more: Record<string, string> = {}): Promise<Gateway> {
    const config = readGatewayConfig({
      HALLWAY_ENV: 'test',
      HALLWAY_ORIGIN: origin,
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      REDIS_URL: redisUrl ?? engines.redisUrl,
      REDIS_PREFIX: prefix,
      AUTH_URL: auth.url,
      AUTH_INTERNAL_URL: auth.url,
      OFFLINE_GRACE_MS: '300',
      DRAIN_MS: '0',
      ...environment,
      ...more,
    });
    const gateway = buildGateway({ config, log, instance: `gateway-${randomBytes(4).toString('hex')}` });
    await gateway.start();
    running.push(gateway);
    return gateway;
  }

  for (let count = 0; count < gateways; count += 1) await startGateway();

  /** A socket that has not tried to connect yet. */
  function prepareClient(person: TestPerson, options: ConnectOptions = {}): TestClient {
    const { gateway = running[0]!, token = auth.sign(person, options.tokenOptions) } = options;
    const socket = connectSocket(`http://127.0.0.1:${gateway.ports().public}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      autoConnect: false,
      auth: options.auth ?? { token },
      ...(options.originHeader ? { extraHeaders: { origin: options.originHeader } } : {}),
    }) as TestClient;
    socket.heard = [];
    socket.onAny((event, payload) => socket.heard.push({ event, payload }));
    clients.push(socket);
    return socket;
  }

  return {
    auth,
    messages,
    /** What the gateways logged. */
    lines,
    gateways: running,
    startGateway,
    prepareClient,
    person: (role: TestPerson['role'] = 'student'): TestPerson => ({ id: randomId(), role }),

    /** Resolves with the connected socket, rejects with `connect_error`'s error. */
    async connect(person: TestPerson, options: ConnectOptions = {}): Promise<TestClient> {
      const socket = prepareClient(person, options);
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('connect_error', reject);
        socket.connect();
      });
      return socket;
    },

    async stop(): Promise<void> {
      for (const client of clients) client.disconnect();
      await Promise.all(running.map((gateway) => gateway.stop()));
      await Promise.all([messages.stop(), auth.stop()]);
    },
  };
}

export type Campus = Awaited<ReturnType<typeof startCampus>>;

/** Emits and resolves with the acknowledgement. */
export function ask(socket: Socket, event: string, ...args: unknown[]): Promise<Payload> {
  return socket.timeout(8000).emitWithAck(event, ...args);
}

/** Lets what was sent before arrive: everything that the gateway knew when it is asked has been emitted when it answers. */
export async function settle(socket: TestClient): Promise<void> {
  await ask(socket, 'leaveRoom', randomId());
}

export function heardOf(socket: TestClient, event: string): Payload[] {
  return socket.heard.filter((heard) => heard.event === event).map(({ payload }) => payload as Payload);
}
