import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createMongo } from '@hallway/platform';
import { createFaultProxy, type FaultProxy } from '@hallway/testkit';
import { type Engines, startEngines } from '@hallway/tools/engines';
import { pino } from 'pino';
import { ROOT } from '../../tools/project/folders.ts';
import { type RunningStack, type StackOptions, startStack } from '../stack/start-stack.ts';
import { createDatabaseCommands, type DatabaseCommands } from './database-commands.ts';
import { emptyRedis, openOwnDatabase, stepDown } from './engines.ts';
import type { Random } from './random.ts';

export interface SystemRequest {
  /** Data, keys and logs of everything that is started. */
  folder: string;
  gateways: number;
  messageServices: number;
  random: Random;
  /** What all processes are told, beside where everything is. */
  environment?: Record<string, string> | undefined;
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
  /** Straight to Redis. */
  redisUrl: string;
  /** What all processes together ask of MongoDB. */
  databaseCommands: DatabaseCommands;
  gateways: string[];
  messageServices: string[];
  signal: (name: string, signal: NodeJS.Signals) => void;
  isAlive: (pid: number) => boolean;
  /** The engine's server, which starts again by itself. Only where it is one of ours. */
  killEngine: (role: 'mongo' | 'redis') => void;
  emptyRedis: () => Promise<void>;
  /** Makes the primary of a replica set step down. False: this engine is none, and nothing has happened. */
  stepDownMongo: () => Promise<boolean>;
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
// Heaps are measured by the inspector, which opens only when it is asked for; several processes cannot share its usual port.
const inspector = '--inspect-port=0';

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
  const { folder, engines, shared, open, random, gateways, messageServices, environment } = started;
  const databaseCommands = createDatabaseCommands();
  const before = async (url: string, name: string, listenTo?: DatabaseCommands['listenTo']) => {
    const { hostname, port } = new URL(url);
    const proxy = await createFaultProxy({
      target: { host: hostname, port: Number(port) },
      random: random.fork(name).number,
      ...(listenTo === undefined ? {} : { listenTo }),
    });
    open.push(proxy);
    return proxy;
  };
  const own = openOwnDatabase(engines);
  const mongoProxy = await before(own.mongoUrl, 'mongo', databaseCommands.listenTo);
  const redisProxy = await before(engines.redis.url, 'redis');
  const mongo = createMongo({ uri: own.mongoUrl, appName: 'chaos', log: quiet });
  open.push(mongo);
  await mongo.ready();
  open.push({ close: () => own.leave(mongo.connection) });
  const stack = await startOnFreePorts({
    stateFolder: join(folder, 'stack'),
    args: ['--gateways', String(gateways), '--message-services', String(messageServices)],
    env: {
      ...shared,
      ...own.env,
      MONGODB_URI: through(own.mongoUrl, mongoProxy),
      REDIS_URL: through(engines.redis.url, redisProxy),
      NOTIFY_AFTER_SECONDS: String(notifyAfterSeconds),
      ...environment,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${inspector}`.trim(),
    },
  });
  open.push({ close: stack.stop });
  const door = await before(stack.origin, 'door');
  const proxies = { mongo: mongoProxy, redis: redisProxy, door };
  return describe(started, { stack, mongo, redisUrl: engines.redis.url, databaseCommands, proxies });
}

const starts = 3;

/** Ports are looked for before they are listened on, and somebody else may be quicker. */
async function startOnFreePorts(options: StackOptions): Promise<RunningStack> {
  for (let start = 1; ; start += 1) {
    try {
      return await startStack(options);
    } catch (cause) {
      if (start === starts || !/Port \d+ is taken/.test(String(cause))) throw cause;
    }
  }
}

function through(url: string, proxy: FaultProxy): string {
  const changed = new URL(url);
  changed.hostname = proxy.host;
  changed.port = String(proxy.port);
  return changed.toString();
}

type Parts = Pick<ChaosSystem, 'stack' | 'mongo' | 'redisUrl' | 'databaseCommands' | 'proxies'>;

function describe({ engines, open, gateways, messageServices }: Started, parts: Parts): ChaosSystem {
  const { stack, proxies, mongo } = parts;
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
    signal: (name, signal) => void signalIfThere(stack.pidOf(name), signal),
    isAlive: (pid) => signalIfThere(pid, 0),
    killEngine(role) {
      const pid = engines[role].pid();
      if (pid !== null) signalIfThere(pid, 'SIGKILL');
    },
    emptyRedis: () => emptyRedis(engines.redis),
    stepDownMongo: () => stepDown(mongo.connection),
    isReady,
    async heal(withinMs) {
      const all = ['auth', 'worker', ...names.gateways, ...names.messageServices];
      Object.values(proxies).forEach(healProxy);
      for (const name of all) signalIfThere(stack.pidOf(name), 'SIGCONT');
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

function healProxy(proxy: FaultProxy): void {
  proxy.setFaults({});
  proxy.refuseNew(false);
  for (const connection of proxy.connections()) connection.setFaults({});
}

/** A process that is just being started again has no process to signal; the next turn of the scenario meets another. */
function signalIfThere(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ESRCH') throw fault;
    return false;
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
