import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createMongo, createRedis } from '@hallway/platform';
import { createFaultProxy, type FaultProxy } from '@hallway/testkit';
import { type Engines, startEngines } from '@hallway/tools/engines';
import { pino } from 'pino';
import { ROOT } from '../../tools/project/folders.ts';
import { type RunningStack, startStack } from '../stack/start-stack.ts';
import type { Random } from './random.ts';

export interface SystemRequest {
  /** Data, keys and logs of everything that is started. */
  folder: string;
  gateways: number;
  messageServices: number;
  random: Random;
  say: (line: string) => void;
}

/** The whole of Hallway as `npm start` runs it, with a proxy that can misbehave on each way between its parts. */
export interface ChaosSystem {
  /** Where clients go: the front door, behind its proxy. */
  origin: string;
  stack: RunningStack;
  engineNames: string[];
  proxies: { mongo: FaultProxy; redis: FaultProxy; door: FaultProxy };
  /** Straight to the database, past the proxy. */
  mongo: ReturnType<typeof createMongo>;
  gateways: string[];
  messageServices: string[];
  signal: (name: string, signal: NodeJS.Signals) => void;
  /** The engine's server, which starts again by itself. Only where it is one of ours. */
  killEngine: (role: 'mongo' | 'redis') => void;
  emptyRedis: () => Promise<void>;
  /** Whether a process answers that it is ready. */
  isReady: (name: string) => Promise<boolean>;
  /** No fault is left on, and every process is ready. Resolves after `withinMs` at the latest, saying whether it is so. */
  heal: (withinMs: number) => Promise<boolean>;
  stop: () => Promise<void>;
}

// Soon enough that a rolling kill does not become an outage that the back-off of `npm start` makes: these deaths are ours.
const restartWithinMs = 500;
// People who are away are told of messages within a scenario and not half a minute later.
const notifyAfterSeconds = 2;

const quiet = pino({ level: 'silent' });

export async function startSystem(request: SystemRequest): Promise<ChaosSystem> {
  const { folder, say, random } = request;
  mkdirSync(folder, { recursive: true });
  const shared = { HALLWAY_LONGEST_RESTART_MS: String(restartWithinMs) };
  const engines = await startEngines({
    root: ROOT,
    stateFolder: join(folder, 'engines'),
    lifetime: 'kept',
    env: { ...process.env, ...shared },
    say,
    onEvent: () => undefined,
  });
  const open: { close: () => Promise<unknown> }[] = [];
  try {
    return await startBehindProxies({ ...request, engines, shared, open, random });
  } catch (cause) {
    for (const one of open.reverse()) await one.close();
    await engines.stop({ hasten: true });
    throw cause;
  }
}

interface Started extends SystemRequest {
  engines: Engines;
  shared: Record<string, string>;
  /** What has to be closed, newest last. */
  open: { close: () => Promise<unknown> }[];
}

async function startBehindProxies(started: Started): Promise<ChaosSystem> {
  const { folder, engines, shared, open, random, gateways, messageServices } = started;
  const before = async (url: string, name: string) => {
    const { hostname, port } = new URL(url);
    const proxy = await createFaultProxy({
      target: { host: hostname, port: Number(port) },
      random: random.fork(name).number,
    });
    open.push(proxy);
    return proxy;
  };
  const [mongoProxy, redisProxy] = [await before(engines.mongo.url, 'mongo'), await before(engines.redis.url, 'redis')];
  const mongo = createMongo({ uri: engines.mongo.url, appName: 'chaos', log: quiet });
  open.push(mongo);
  await mongo.ready();
  const stack = await startStack({
    stateFolder: join(folder, 'stack'),
    args: ['--gateways', String(gateways), '--message-services', String(messageServices)],
    env: {
      ...shared,
      MONGODB_URI: through(engines.mongo.url, mongoProxy),
      REDIS_URL: through(engines.redis.url, redisProxy),
      NOTIFY_AFTER_SECONDS: String(notifyAfterSeconds),
    },
  });
  open.push({ close: stack.stop });
  const door = await before(stack.origin, 'door');
  return describe(started, { stack, mongo, proxies: { mongo: mongoProxy, redis: redisProxy, door } });
}

function through(url: string, proxy: FaultProxy): string {
  const changed = new URL(url);
  changed.hostname = proxy.host;
  changed.port = String(proxy.port);
  return changed.toString();
}

type Parts = Pick<ChaosSystem, 'stack' | 'mongo' | 'proxies'>;

function describe({ engines, open, gateways, messageServices }: Started, parts: Parts): ChaosSystem {
  const { stack, proxies } = parts;
  const isReady = (name: string) => answersOk(`http://127.0.0.1:${stack.internalPortOf(name)}/readyz`);
  const named = (name: string, count: number, first: string) =>
    Array.from({ length: count }, (_, index) => (index === 0 ? first : `${name}-${index + 1}`));
  const names = {
    gateways: named('gateway', gateways, 'gateway-1'),
    messageServices: named('message', messageServices, 'message'),
  };
  return {
    ...parts,
    ...names,
    origin: `http://${proxies.door.host}:${proxies.door.port}`,
    engineNames: [engines.mongo.name, engines.redis.name],
    signal: (name, signal) => signalIfThere(stack.pidOf(name), signal),
    killEngine(role) {
      const pid = engines[role].pid();
      if (pid !== null) signalIfThere(pid, 'SIGKILL');
    },
    emptyRedis: () => emptyRedis(engines.redis.url),
    isReady,
    async heal(withinMs) {
      for (const proxy of Object.values(proxies)) {
        proxy.setFaults({});
        proxy.refuseNew(false);
        for (const connection of proxy.connections()) connection.setFaults({});
      }
      const all = ['auth', 'worker', ...names.gateways, ...names.messageServices];
      const end = Date.now() + withinMs;
      while (Date.now() < end) {
        if ((await Promise.all(all.map(isReady))).every(Boolean)) return true;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return false;
    },
    async stop() {
      for (const one of open.reverse()) await one.close();
      await engines.stop({ hasten: true });
    },
  };
}

/** A process that is just being started again has no process to signal; the next turn of the scenario meets another. */
function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ESRCH') throw fault;
  }
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1500) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function emptyRedis(url: string): Promise<void> {
  const redis = createRedis({ url, log: quiet, role: 'chaos', kind: 'blocking' });
  try {
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}
