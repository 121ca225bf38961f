import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureLog, useTestEngines } from '@hallway/testkit';
import mongoose from 'mongoose';
import { buildAuthService } from '../../services/auth/src/app.ts';
import { readAuthConfig } from '../../services/auth/src/config.ts';
import { buildGateway } from '../../services/gateway/src/app.ts';
import { readGatewayConfig } from '../../services/gateway/src/config.ts';
import { buildMessageService } from '../../services/message/src/app.ts';
import { readMessageConfig } from '../../services/message/src/config.ts';
import { buildWorker } from '../../services/worker/src/app.ts';
import { readWorkerConfig } from '../../services/worker/src/config.ts';

export type ServiceName = 'auth' | 'message' | 'gateway' | 'worker';

export interface WholeSystemOptions {
  /** What each service is told in REDIS_URL and QUEUE_REDIS_URL. */
  redisUrl: (service: ServiceName) => string;
  /** One of its own if absent. */
  redisPrefix?: string;
}

interface Started {
  stop: () => Promise<void>;
}

/** Every service in this process on the Redis of a test, two gateways among them, with the demo campus in a database of its own. */
export async function startWholeSystem({ redisUrl, ...given }: WholeSystemOptions) {
  const { mongoUri, redisPrefix: own } = useTestEngines();
  const redisPrefix = given.redisPrefix ?? own;
  const keys = mkdtempSync(join(tmpdir(), 'hallway-stores-'));
  const { log, lines } = captureLog();
  const running: Started[] = [];
  const environment = environmentOf({ mongoUri, redisPrefix, redisUrl });

  async function started<S extends Started & { start: () => Promise<unknown> }>(service: S): Promise<S> {
    running.unshift(service);
    await service.start();
    return service;
  }

  async function stop(): Promise<void> {
    for (const service of running) await service.stop();
    const connection = await mongoose.createConnection(mongoUri).asPromise();
    await connection.dropDatabase();
    await connection.close();
    rmSync(keys, { recursive: true, force: true });
  }

  const config = readAuthConfig({ ...environment('auth'), AUTH_KEYS_DIR: keys, DEMO_CAMPUS: 'true' });
  const auth = await started(buildAuthService({ config, log }));
  const [authUrl, internalUrl] = [local(auth.ports().port), local(auth.ports().internalPort)];
  const known = { AUTH_URL: authUrl, AUTH_INTERNAL_URL: internalUrl };
  const message = await started(
    buildMessageService({
      config: readMessageConfig({ ...environment('message'), ...known }),
      log,
      instance: `message-${randomUUID()}`,
    }),
  );
  const openGateway = () =>
    started(
      buildGateway({
        config: readGatewayConfig({ ...environment('gateway'), ...known, DRAIN_MS: '0' }),
        log,
        instance: `gateway-${randomUUID()}`,
      }),
    );
  const gateways = [await openGateway(), await openGateway()];
  const worker = readWorkerConfig(environment('worker'));
  await started(buildWorker({ config: worker, log, instance: `worker-${randomUUID()}` }));
  return {
    authUrl,
    messageUrl: local((message.app.server.address() as AddressInfo).port),
    gatewayUrls: gateways.map((gateway) => local(gateway.ports().public)),
    mongoUri,
    lines,
    stop,
  };
}

export type WholeSystem = Awaited<ReturnType<typeof startWholeSystem>>;

function environmentOf({ mongoUri, redisPrefix, redisUrl }: Required<WholeSystemOptions> & { mongoUri: string }) {
  return (service: ServiceName) => ({
    HALLWAY_ENV: 'test',
    HALLWAY_ORIGIN: 'http://hallway.test',
    HOST: '127.0.0.1',
    ...(service === 'worker' ? {} : { PORT: '0' }),
    INTERNAL_PORT: '0',
    LOG_LEVEL: 'silent',
    MONGODB_URI: mongoUri,
    REDIS_URL: redisUrl(service),
    QUEUE_REDIS_URL: redisUrl(service),
    REDIS_PREFIX: redisPrefix,
  });
}

function local(port: number): string {
  return `http://127.0.0.1:${port}`;
}
