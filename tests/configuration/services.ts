import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Environment } from '@hallway/platform';
import type { TObject } from 'typebox';
import { authConfig, readAuthConfig } from '../../services/auth/src/config.ts';
import { gatewayConfig, readGatewayConfig } from '../../services/gateway/src/config.ts';
import { messageConfig, readMessageConfig } from '../../services/message/src/config.ts';
import { migrateConfig, readMigrateConfig } from '../../services/migrate/src/config.ts';
import { probeConfig, readProbeConfig } from '../../services/probe/src/config.ts';
import { readWorkerConfig, workerConfig } from '../../services/worker/src/config.ts';

export interface ConfiguredService {
  name: string;
  schema: TObject;
  read: (environment: Environment) => unknown;
}

/** Every service with its schema and with what it really reads its environment by, rules between variables included. */
export const configuredServices: ConfiguredService[] = [
  { name: 'auth', schema: authConfig, read: readAuthConfig },
  { name: 'gateway', schema: gatewayConfig, read: readGatewayConfig },
  { name: 'message', schema: messageConfig, read: readMessageConfig },
  { name: 'migrate', schema: migrateConfig, read: readMigrateConfig },
  { name: 'probe', schema: probeConfig, read: readProbeConfig },
  { name: 'worker', schema: workerConfig, read: readWorkerConfig },
];

const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});

/** One environment that every service starts with in production. Its stores are where nobody listens. */
export const goodEnvironment: Record<string, string> = {
  HALLWAY_ORIGIN: 'https://hallway.example.edu',
  HOST: '127.0.0.1',
  PORT: '39991',
  INTERNAL_PORT: '39992',
  REDIS_URL: 'redis://127.0.0.1:9',
  QUEUE_REDIS_URL: 'redis://127.0.0.1:9',
  MONGODB_URI: 'mongodb://someone:s3cret-of-mongo@127.0.0.1:9/hallway',
  AUTH_URL: 'http://127.0.0.1:39993',
  AUTH_INTERNAL_URL: 'http://127.0.0.1:39994',
  AUTH_SIGNING_KEYS: String(signingKey),
  AUTH_DATA_KEY: randomBytes(32).toString('base64'),
  PROBE_ORIGIN: 'http://127.0.0.1:39995',
  PROBE_GATEWAYS: 'http://127.0.0.1:39996,http://127.0.0.1:39997',
  PROBE_SENDER_USERNAME: 'probe-1',
  PROBE_SENDER_PASSWORD: 'a password for the first',
  PROBE_RECEIVER_USERNAME: 'probe-2',
  PROBE_RECEIVER_PASSWORD: 'a password for the second',
};
