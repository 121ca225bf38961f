import { get } from 'node:http';
import { join } from 'node:path';
import type { ProcessPlan } from '../processes/supervised-process.ts';

export interface ServicePlan extends ProcessPlan {
  /** Services of a lower phase are ready before those of a higher one start. */
  phase: number;
}

export interface StackSetting {
  root: string;
  stateFolder: string;
  portBase: number;
  gateways: number;
  /** Default: one. */
  messageServices?: number;
  mongoUrl: string;
  redisUrl: string;
  /** From the person's shell: its tunables win, its addresses do not. */
  env: NodeJS.ProcessEnv;
}

/** Contract: the internal port of a process is 1000 above its public one. */
const INTERNAL_OFFSET = 1000;

/** First starts compile, connect and make the demo campus, on a machine that may be busy with a browser. */
const READY_WITHIN_MS = 60_000;

/** A gateway spreads its clients over 25 s when it drains for a deploy; on Ctrl-C nobody waits for that. */
const STOP_WITHIN_MS = 8000;

interface ServicePorts {
  name: string;
  /** Null for the worker, which serves nobody from outside. */
  port: number | null;
  internalPort: number;
}

/** Contract section 8, in the order in which the processes are shown. */
export function servicePorts(portBase: number, gateways: number, messageServices = 1): ServicePorts[] {
  const at = (name: string, offset: number) => ({
    name,
    port: name === 'worker' ? null : portBase + offset,
    internalPort: portBase + offset + INTERNAL_OFFSET,
  });
  const gatewayPorts = Array.from({ length: gateways }, (_, index) => at(`gateway-${index + 1}`, 11 + index));
  const messagePorts = Array.from({ length: messageServices }, (_, index) =>
    at(index === 0 ? 'message' : `message-${index + 1}`, 2 + index),
  );
  return [at('auth', 1), ...messagePorts, ...gatewayPorts, at('worker', 5), at('front-door', 0)];
}

/** Everything that a stack listens on but its engines, which take what is free. */
export function allPorts(portBase: number, gateways: number, messageServices = 1): number[] {
  return servicePorts(portBase, gateways, messageServices).flatMap(({ port, internalPort }) =>
    port === null ? [internalPort] : [port, internalPort],
  );
}

/** The processes of a local stack. The front door closes first, so that nothing new arrives while the rest finishes. */
export function planServices(setting: StackSetting): ServicePlan[] {
  return servicePorts(setting.portBase, setting.gateways, setting.messageServices).map((ports) => {
    const service = ports.name.replace(/-\d+$/, '');
    const shared = { ...sharedEnvironment(setting), ...portEnvironment(ports) };
    const plan = { ...commonPlan(setting), name: ports.name, isReady: () => answersOk(readyUrl(ports)) };
    const args = [join('services', service, 'src', 'main.ts')];
    if (service === 'auth') {
      return { ...plan, args, phase: 1, rank: 1, env: { ...shared, ...authEnvironment(setting) } };
    }
    if (service === 'front-door') {
      const env = { ...shared, ...frontDoorEnvironment(setting) };
      return { ...plan, args: [join('tools', 'front-door', 'main.ts')], phase: 2, rank: 4, env };
    }
    return { ...plan, args, phase: 2, rank: service === 'gateway' ? 3 : 2, env: shared };
  });
}

function commonPlan({ root }: StackSetting) {
  return { command: process.execPath, cwd: root, readyWithinMs: READY_WITHIN_MS, stopWithinMs: STOP_WITHIN_MS };
}

function portEnvironment({ name, port, internalPort }: ServicePorts): NodeJS.ProcessEnv {
  return { ...(port === null ? {} : { PORT: String(port) }), INTERNAL_PORT: String(internalPort), INSTANCE_ID: name };
}

function frontDoorEnvironment({ root, portBase, gateways, messageServices = 1 }: StackSetting): NodeJS.ProcessEnv {
  const urlsFrom = (first: number, length: number) => Array.from({ length }, (_, index) => local(first + index)).join();
  return {
    WEB_DIST: join(root, 'web', 'dist'),
    AUTH_URL: local(portBase + 1),
    MESSAGE_URLS: urlsFrom(portBase + 2, messageServices),
    GATEWAY_URLS: urlsFrom(portBase + 11, gateways),
  };
}

function sharedEnvironment({ portBase, mongoUrl, redisUrl, env }: StackSetting): NodeJS.ProcessEnv {
  return {
    LOG_LEVEL: 'info',
    HALLWAY_ORIGIN: `http://localhost:${portBase}`,
    QUEUE_REDIS_URL: redisUrl,
    ...env,
    HALLWAY_ENV: 'development',
    HOST: '127.0.0.1',
    MONGODB_URI: mongoUrl,
    REDIS_URL: redisUrl,
    AUTH_URL: local(portBase + 1),
    AUTH_INTERNAL_URL: local(portBase + 1 + INTERNAL_OFFSET),
  };
}

function authEnvironment({ stateFolder, env }: StackSetting): NodeJS.ProcessEnv {
  return {
    AUTH_KEYS_DIR: env.AUTH_KEYS_DIR ?? join(stateFolder, 'keys'),
    DEMO_CAMPUS: env.DEMO_CAMPUS ?? 'true',
  };
}

function readyUrl({ internalPort }: ServicePorts): string {
  return `${local(internalPort)}/readyz`;
}

function local(port: number): string {
  return `http://127.0.0.1:${port}`;
}

const ANSWER_WITHIN_MS = 1500;

/** Not by `fetch`, which refuses some ports, 6000 among them. */
function answersOk(url: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const request = get(url, { timeout: ANSWER_WITHIN_MS, agent: false }, (response) => {
    response.resume();
    resolve(response.statusCode === 200);
  });
  request.once('timeout', () => request.destroy(new Error('no answer in time')));
  request.once('error', () => resolve(false));
  return promise;
}
