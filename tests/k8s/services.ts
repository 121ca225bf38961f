import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { TObject } from 'typebox';
import { authConfig, readAuthConfig } from '../../services/auth/src/config.ts';
import { stopWithinMs as authStopWithinMs } from '../../services/auth/src/stop-times.ts';
import { gatewayConfig, readGatewayConfig } from '../../services/gateway/src/config.ts';
import { stopWithinMs as gatewayStopWithinMs } from '../../services/gateway/src/stop-times.ts';
import { messageConfig, readMessageConfig } from '../../services/message/src/config.ts';
import { stopWithinMs as messageStopWithinMs } from '../../services/message/src/stop-times.ts';
import { migrateConfig, readMigrateConfig } from '../../services/migrate/src/config.ts';
import { probeConfig, readProbeConfig } from '../../services/probe/src/config.ts';
import { stopWithinMs as probeStopWithinMs } from '../../services/probe/src/stop-times.ts';
import { readWorkerConfig, workerConfig } from '../../services/worker/src/config.ts';
import { stopWithinMs as workerStopWithinMs } from '../../services/worker/src/stop-times.ts';
import { readText } from '../guards/project-files.ts';

type Environment = Record<string, string | undefined>;

/** What the code says of a service that the manifests must agree with. */
export interface ServiceInCode {
  schema: TObject;
  /** Throws with every fault of a configuration. */
  readConfig: (environment: Environment) => object;
  /** From SIGTERM to the end of the process; null where the process only runs to its end. */
  stopWithinMs: number | null;
  /** It has a public port, and somebody routes to it. */
  isRouted: boolean;
}

export const servicesInCode: Record<string, ServiceInCode> = {
  auth: { schema: authConfig, readConfig: readAuthConfig, stopWithinMs: authStopWithinMs, isRouted: true },
  message: { schema: messageConfig, readConfig: readMessageConfig, stopWithinMs: messageStopWithinMs, isRouted: true },
  gateway: { schema: gatewayConfig, readConfig: readGatewayConfig, stopWithinMs: gatewayStopWithinMs, isRouted: true },
  worker: { schema: workerConfig, readConfig: readWorkerConfig, stopWithinMs: workerStopWithinMs, isRouted: false },
  // In its own component: nothing else needs it.
  probe: { schema: probeConfig, readConfig: readProbeConfig, stopWithinMs: probeStopWithinMs, isRouted: false },
  migrate: { schema: migrateConfig, readConfig: readMigrateConfig, stopWithinMs: null, isRouted: false },
};

/** nginx has no constant of ours: how long it finishes what it began is said in its configuration. */
export const webStopWithinMs =
  Number(/^worker_shutdown_timeout (\d+)s;$/m.exec(readText('deploy/nginx/nginx.conf'))?.[1]) * 1000;

/** A pod of the render, a store, or somebody elsewhere, and the port that they are asked at. */
interface Neighbour {
  pod: string;
  port: string | number;
}

/** Variables that name a neighbour, and where that neighbour listens: the dependency list, as the code itself has it. */
const neighbours: Record<string, Neighbour> = {
  AUTH_URL: { pod: 'auth', port: 'http' },
  AUTH_INTERNAL_URL: { pod: 'auth', port: 'internal' },
  MONGODB_URI: { pod: 'mongo', port: 27017 },
  REDIS_URL: { pod: 'valkey', port: 6379 },
  QUEUE_REDIS_URL: { pod: 'valkey', port: 6379 },
  OTEL_EXPORTER_OTLP_ENDPOINT: { pod: 'tracing', port: 4318 },
  PROBE_GATEWAYS: { pod: 'gateway', port: 'http' },
  // Where it signs in may lie anywhere.
  PROBE_ORIGIN: { pod: 'anywhere', port: 443 },
};

/** Whom a service talks to: each variable of its configuration that is an address. Throws on an address of nobody known. */
export function dependenciesOf({ schema }: ServiceInCode): Neighbour[] {
  const addresses = Object.keys(schema.properties).filter(
    (name) => name in neighbours || /_(URLS?|URIS?|ENDPOINT|HOST)$/.test(name),
  );
  return addresses.map((name) => {
    const neighbour = neighbours[name];
    if (neighbour === undefined) throw new Error(`${name} names a neighbour that no network policy knows`);
    return neighbour;
  });
}

/** Values of the shape that each secret has, so that a configuration can be read whole. */
export const sampleSecrets: Record<string, string> = {
  MONGODB_URI: 'mongodb://hallway:sample@mongo.example.edu:27017/hallway?replicaSet=rs0',
  REDIS_URL: 'rediss://hallway:sample@redis.example.edu:6379',
  QUEUE_REDIS_URL: 'rediss://hallway:sample@redis.example.edu:6379',
  AUTH_SIGNING_KEYS: generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
  AUTH_DATA_KEY: randomBytes(32).toString('base64'),
  PROBE_SENDER_USERNAME: 'probe-sender',
  PROBE_SENDER_PASSWORD: 'sample',
  PROBE_RECEIVER_USERNAME: 'probe-receiver',
  PROBE_RECEIVER_PASSWORD: 'sample',
};
