import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Engines, startEngines } from '@hallway/tools/engines';
import mongoose from 'mongoose';
import { findFreePort } from '../../tools/ports/open-ports.ts';
import { preparePreviousRelease } from '../../tools/previous-release/prepare-previous-release.ts';
import { createGuard, type Guard } from '../../tools/processes/guard.ts';
import { createProcessLog } from '../../tools/processes/process-log.ts';
import { createSupervisedProcess } from '../../tools/processes/supervised-process.ts';
import { ROOT } from '../../tools/project/folders.ts';

export type Release = 'previous' | 'today';
export type ServiceName = 'auth' | 'message' | 'gateway' | 'worker';

export interface RunningService {
  release: Release;
  url: string;
  /** The status of `/readyz`, or null where nobody answers. */
  readiness: () => Promise<number | null>;
  ready: () => Promise<void>;
  /** SIGTERM, as in a deploy. */
  stop: () => Promise<void>;
}

/** What a test starts of two releases, on one database and one Redis. */
export interface SideBySide {
  connection: mongoose.Connection;
  /** Started, and not waited for. Whoever starts auth again, of whichever release, finds it at the same address. */
  launch: (service: ServiceName, release: Release, env?: Record<string, string>) => Promise<RunningService>;
  /** The migration of today's release, as its job runs it. */
  migrate: () => Promise<void>;
  stop: () => Promise<void>;
}

const startWithinMs = 60_000;
const stopWithinMs = 30_000;

export async function startSideBySide(): Promise<SideBySide> {
  const trees: Record<Release, string> = { previous: preparePreviousRelease(), today: ROOT };
  const folder = mkdtempSync(join(tmpdir(), 'hallway-releases-'));
  const guard = createGuard();
  const engines = await startEngines({
    root: ROOT,
    stateFolder: join(folder, 'engines'),
    lifetime: 'throwaway',
    guard,
    onEvent: () => undefined,
  });
  const setting = { folder, guard, trees, shared: await shareEnvironment(engines, folder) };
  const connection = await mongoose.createConnection(setting.shared.MONGODB_URI ?? '').asPromise();
  const running = new Set<RunningService>();
  return {
    connection,
    async launch(service, release, env = {}) {
      const one = await launchService(setting, { service, release, env });
      running.add(one);
      return one;
    },
    async migrate() {
      const env = { ...process.env, ...setting.shared };
      await promisify(execFile)(process.execPath, ['services/migrate/src/main.ts'], { cwd: ROOT, env });
    },
    async stop() {
      await Promise.all([...running].map((one) => one.stop()));
      await connection.dropDatabase();
      await connection.close();
      await engines.stop({ hasten: true });
      await guard.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Also engines that somebody named by their URL are shared with nobody. */
async function shareEnvironment(engines: Engines, folder: string): Promise<Record<string, string>> {
  const name = `releases${process.pid}`;
  const mongo = new URL(engines.mongo.url);
  mongo.pathname = `/${name}`;
  const [authPort, authInternalPort] = [await findFreePort(), await findFreePort()];
  const keys = join(folder, 'keys');
  mkdirSync(keys);
  return {
    HALLWAY_ENV: 'test',
    HALLWAY_ORIGIN: 'http://localhost:3000',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    MONGODB_URI: mongo.toString(),
    REDIS_URL: engines.redis.url,
    QUEUE_REDIS_URL: engines.redis.url,
    REDIS_PREFIX: name,
    AUTH_URL: `http://127.0.0.1:${authPort}`,
    AUTH_INTERNAL_URL: `http://127.0.0.1:${authInternalPort}`,
    AUTH_KEYS_DIR: keys,
    DEMO_CAMPUS: 'true',
    // Somebody who is away is told while the test looks, and a gateway that goes does not keep it waiting.
    NOTIFY_AFTER_SECONDS: '1',
    DRAIN_MS: '300',
  };
}

interface Setting {
  folder: string;
  guard: Guard;
  trees: Record<Release, string>;
  shared: Record<string, string>;
}

interface Launch {
  service: ServiceName;
  release: Release;
  env: Record<string, string>;
}

let launched = 0;

async function launchService(setting: Setting, { service, release, env }: Launch): Promise<RunningService> {
  const { folder, guard, trees, shared } = setting;
  launched += 1;
  const name = `${service}-${release}-${launched}`;
  const ports = await choosePorts(service, shared);
  const readiness = () => statusOf(`http://127.0.0.1:${ports.INTERNAL_PORT}/readyz`);
  const log = createProcessLog(join(folder, 'logs', `${name}.log`), () => undefined);
  const supervised = createSupervisedProcess({
    plan: {
      ...{ name, command: process.execPath, args: [join('services', service, 'src/main.ts')], cwd: trees[release] },
      env: { ...process.env, ...shared, ...ports, INSTANCE_ID: name, ...env },
      isReady: async () => (await readiness()) === 200,
      ...{ readyWithinMs: startWithinMs, stopWithinMs, rank: service === 'auth' ? 1 : 2 },
    },
    ...{ guard, log, restart: false, onEvent: () => undefined },
  });
  const started = supervised.start().catch((fault: Error) => {
    throw new Error(`${fault.message}:\n${log.tail().join('\n')}`);
  });
  // Looked at by whoever waits for it.
  started.catch(() => undefined);
  return {
    ...{ release, readiness, url: `http://127.0.0.1:${ports.PORT}` },
    ready: () => started,
    stop: () => supervised.stop(),
  };
}

/** The others know auth by its address, whichever release of it is there. */
async function choosePorts(service: ServiceName, { AUTH_URL = '', AUTH_INTERNAL_URL = '' }: Record<string, string>) {
  const of = async (url: string) => (service === 'auth' ? new URL(url).port : String(await findFreePort()));
  return { PORT: await of(AUTH_URL), INTERNAL_PORT: await of(AUTH_INTERNAL_URL) };
}

function statusOf(url: string): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const request = get(url, { timeout: 1500, agent: false }, (response) => {
    response.resume();
    resolve(response.statusCode ?? null);
  });
  request.once('timeout', () => request.destroy(new Error('no answer in time')));
  request.once('error', () => resolve(null));
  return promise;
}
