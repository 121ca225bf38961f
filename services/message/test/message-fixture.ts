import { randomBytes, randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PublicUser } from '@hallway/contracts';
import { type CapturedLog, captureLog, createSchool, startTokenIssuer, useTestEngines } from '@hallway/testkit';
import mongoose from 'mongoose';
import { buildMessageService } from '../src/app.ts';
import { type MessageConfig, readMessageConfig } from '../src/config.ts';

export interface Answered {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever fields they assert.
  body: any;
  headers: Headers;
}

/** A message service with its own database and key prefix, people to write to each other, and tokens for them. */
export async function startMessageFixture(overrides: Record<string, string> = {}) {
  const engines = useTestEngines();
  const issuer = await startTokenIssuer();
  const connection = await mongoose.createConnection(engines.mongoUri).asPromise();
  const config = readMessageConfig({
    HALLWAY_ENV: 'test',
    HALLWAY_ORIGIN: issuer.origin,
    HOST: '127.0.0.1',
    PORT: '0',
    INTERNAL_PORT: '0',
    MONGODB_URI: engines.mongoUri,
    REDIS_URL: engines.redisUrl,
    QUEUE_REDIS_URL: engines.redisUrl,
    REDIS_PREFIX: engines.redisPrefix,
    AUTH_URL: issuer.url,
    AUTH_INTERNAL_URL: issuer.url,
    ...overrides,
  });
  const services: RunningService[] = [await startService(config)];
  const tokens = new Map<string, string>();

  function tokenOf(user: PublicUser): string {
    const token = tokens.get(user.id) ?? issuer.issue(user, randomBytes(12).toString('hex'));
    tokens.set(user.id, token);
    return token;
  }

  /** Asks the first service that runs; `route` is method and path. A string is sent as the body as it is. */
  async function call(user: PublicUser | null, route: string, body?: unknown): Promise<Answered> {
    const [method = 'GET', path] = route.split(' ');
    const headers = new Headers(user ? { authorization: `Bearer ${tokenOf(user)}` } : {});
    if (body !== undefined) headers.set('content-type', 'application/json');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const base = services.find((service) => service.isRunning())?.url;
    const response = await fetch(`${base}${path}`, { method, headers, body: text ?? null });
    const answer = await response.text();
    return { status: response.status, headers: response.headers, body: answer ? JSON.parse(answer) : null };
  }

  return {
    config,
    connection,
    issuer,
    services,
    school: createSchool(connection),
    call,
    /** Another service on the same stores, as a second pod would be. */
    async startAnother(): Promise<RunningService> {
      const service = await startService(config);
      services.push(service);
      return service;
    },
    async stop(): Promise<void> {
      for (const service of services) await service.stop();
      await connection.dropDatabase();
      await connection.close();
      await issuer.close();
    },
  };
}

export type MessageFixture = Awaited<ReturnType<typeof startMessageFixture>>;

export interface RunningService {
  url: string;
  internalUrl: string;
  instance: string;
  captured: CapturedLog;
  ownedPartitions: () => number[];
  isRunning: () => boolean;
  stop: () => Promise<void>;
}

async function startService(config: MessageConfig): Promise<RunningService> {
  const captured = captureLog();
  const instance = `message-${randomUUID()}`;
  const service = buildMessageService({ config, log: captured.log, instance });
  await service.start();
  const urlOf = ({ server }: { server: Server }) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let stopped = false;
  return {
    url: urlOf(service.app),
    internalUrl: urlOf(service.internal),
    instance,
    captured,
    ownedPartitions: service.ownedPartitions,
    isRunning: () => !stopped,
    stop: async () => {
      if (!stopped) await service.stop();
      stopped = true;
    },
  };
}
