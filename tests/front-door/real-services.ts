import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureLog, useTestEngines } from '@hallway/testkit';
import { buildAuthService } from '../../services/auth/src/app.ts';
import { readAuthConfig } from '../../services/auth/src/config.ts';
import { buildGateway } from '../../services/gateway/src/app.ts';
import { readGatewayConfig } from '../../services/gateway/src/config.ts';
import { buildMessageService } from '../../services/message/src/app.ts';
import { readMessageConfig } from '../../services/message/src/config.ts';

/** Long enough for a test to act in, and short enough to wait for. */
const drainMs = 3000;

export interface RealGateway {
  address: string;
  /** Sends its sockets away over `drainMs` and is gone. */
  stop: () => Promise<void>;
}

export interface RealServices {
  authAddress: string;
  messageAddress: string;
  startGateway: (env?: Record<string, string>) => Promise<RealGateway>;
  stop: () => Promise<void>;
}

/** The real services with real stores and the demo campus, and as many gateways as a test asks for. */
export async function startRealServices(): Promise<RealServices> {
  const engines = useTestEngines();
  const keys = mkdtempSync(join(tmpdir(), 'hallway-front-door-'));
  const common = {
    HALLWAY_ENV: 'test',
    HALLWAY_ORIGIN: 'http://hallway.test',
    HOST: '127.0.0.1',
    PORT: '0',
    INTERNAL_PORT: '0',
    LOG_LEVEL: 'silent',
    MONGODB_URI: engines.mongoUri,
    REDIS_URL: engines.redisUrl,
    QUEUE_REDIS_URL: engines.redisUrl,
    REDIS_PREFIX: engines.redisPrefix,
  };
  const { log } = captureLog();
  const auth = buildAuthService({
    config: readAuthConfig({ ...common, AUTH_KEYS_DIR: keys, DEMO_CAMPUS: 'true' }),
    log,
  });
  await auth.start();
  const known = {
    ...common,
    AUTH_URL: `http://127.0.0.1:${auth.ports().port}`,
    AUTH_INTERNAL_URL: `http://127.0.0.1:${auth.ports().internalPort}`,
  };
  const message = buildMessageService({ config: readMessageConfig(known), log, instance: `message-${randomUUID()}` });
  await message.start();
  const running = new Set<RealGateway>();
  return {
    authAddress: `127.0.0.1:${auth.ports().port}`,
    messageAddress: `127.0.0.1:${(message.app.server.address() as AddressInfo).port}`,
    async startGateway(env = {}) {
      const config = readGatewayConfig({ ...known, DRAIN_MS: String(drainMs), ...env });
      const gateway = buildGateway({ config, log, instance: `gateway-${randomUUID()}` });
      await gateway.start();
      const started: RealGateway = {
        address: `127.0.0.1:${gateway.ports().public}`,
        async stop() {
          running.delete(started);
          await gateway.stop();
        },
      };
      running.add(started);
      return started;
    },
    async stop() {
      await Promise.all([...running].map((gateway) => gateway.stop()));
      await message.stop();
      await auth.stop();
      rmSync(keys, { recursive: true, force: true });
    },
  };
}
