import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGuard, type Guard } from '../processes/guard.ts';
import type { ProcessEvent } from '../processes/supervised-process.ts';
import { ensureFolder } from '../project/ensure-folder.ts';
import { chooseEngine } from './choose-engine.ts';
import { ENGINE_VARIABLES, type Engine, type EngineLifetime, type EngineRole, type EngineSource } from './engine.ts';
import { createEngineMemory, type EngineMemory } from './engine-memory.ts';
import type { EngineSetting } from './launch-engine.ts';
import { createEmbeddedMongo, createFetchedMongo, createGivenMongo, createPathMongo } from './mongo-sources.ts';
import { ensurePythonEnvironment } from './python-environment.ts';
import { createEmbeddedRedis, createGivenRedis, createPathRedis } from './redis-sources.ts';

export interface EngineRequest {
  /** The project's folder; engines that were fetched or installed stay in its `.hallway`. */
  root: string;
  /** Where data is kept. Default: `.hallway` of the project. */
  stateFolder?: string;
  lifetime: EngineLifetime;
  env?: NodeJS.ProcessEnv;
  /** Containers, which only tests use: they come second in the chain. */
  containers?: Partial<Record<EngineRole, EngineSource>>;
  /** Something to read while the engines are looked for. Default: nothing is said. */
  say?: (line: string) => void;
  /** What happens to an engine's process later on. Default: a death is said on standard error. */
  onEvent?: (role: EngineRole, event: ProcessEvent) => void;
  /** Default: one of its own, dismissed by `stop`. */
  guard?: Guard;
}

export interface Engines {
  mongo: Engine;
  redis: Engine;
  /** Idempotent; resolves when nothing that was started here is left. */
  stop(options?: { hasten?: boolean }): Promise<void>;
}

/**
 * Finds and starts both engines, each the first of its chain that is to be had. They end with the caller, also when
 * that is killed. Rejects with a `Refusal` for a person to read when one cannot be had; then neither is left running.
 */
export async function startEngines(request: EngineRequest): Promise<Engines> {
  const stateFolder = request.stateFolder ?? join(request.root, '.hallway');
  ensureFolder(stateFolder);
  const guard = request.guard ?? createGuard();
  const env = request.env ?? process.env;
  const memory = createEngineMemory(join(stateFolder, 'engines.json'));
  const setting: EngineSetting = {
    stateFolder,
    lifetime: request.lifetime,
    env,
    guard,
    say: request.say ?? (() => {}),
    onEvent: request.onEvent ?? sayDeath,
    lastPort: (role) => memory.chosen(role)?.port ?? undefined,
  };
  const chain = sources({ setting, memory, root: request.root }, request.containers ?? {});
  const [mongo, redis] = await Promise.allSettled([
    choose('mongo', { setting, memory, chain }),
    choose('redis', { setting, memory, chain }),
  ]);

  async function stop(options: { hasten?: boolean } = {}): Promise<void> {
    await Promise.all([mongo, redis].map((one) => (one.status === 'fulfilled' ? one.value.stop(options) : undefined)));
    if (request.guard === undefined) await guard.close();
  }

  if (mongo.status === 'fulfilled' && redis.status === 'fulfilled') {
    report([mongo.value, redis.value], env);
    return { mongo: mongo.value, redis: redis.value, stop };
  }
  await stop({ hasten: true });
  throw mongo.status === 'rejected' ? mongo.reason : (redis as PromiseRejectedResult).reason;
}

interface Chosen {
  setting: EngineSetting;
  memory: EngineMemory;
  chain: Record<EngineRole, EngineSource[]>;
}

async function choose(role: EngineRole, { setting, memory, chain }: Chosen): Promise<Engine> {
  const kept = setting.lifetime === 'kept';
  const engine = await chooseEngine({
    role,
    sources: chain[role],
    override: setting.env[ENGINE_VARIABLES[role].choice],
    remembered: kept ? memory.chosen(role)?.kind : undefined,
  });
  if (kept && engine.kind !== 'uri') memory.rememberChosen(role, engine.kind, Number(new URL(engine.url).port));
  return engine;
}

interface Sources {
  setting: EngineSetting;
  memory: EngineMemory;
  root: string;
}

function sources(
  { setting, memory, root }: Sources,
  containers: Partial<Record<EngineRole, EngineSource>>,
): Record<EngineRole, EngineSource[]> {
  let building: Promise<string> | undefined;
  const ensurePython = () => {
    building ??= ensurePythonEnvironment(join(root, '.hallway', 'python'), setting);
    return building;
  };
  const given = (role: EngineRole) => setting.env[ENGINE_VARIABLES[role].url] || undefined;
  const [mongoUrl, redisUrl] = [given('mongo'), given('redis')];
  return {
    mongo: [
      ...(mongoUrl === undefined ? [] : [createGivenMongo(mongoUrl)]),
      ...(containers.mongo === undefined ? [] : [containers.mongo]),
      createPathMongo(setting),
      createFetchedMongo(setting, memory),
      createEmbeddedMongo(setting, ensurePython),
    ],
    redis: [
      ...(redisUrl === undefined ? [] : [createGivenRedis(redisUrl)]),
      ...(containers.redis === undefined ? [] : [containers.redis]),
      createPathRedis(setting),
      createEmbeddedRedis(setting, ensurePython),
    ],
  };
}

/** `npm test` gathers from this file which engines its tiers ran on, whoever started them. */
function report(engines: Engine[], env: NodeJS.ProcessEnv): void {
  const path = env.HALLWAY_ENGINE_REPORT;
  if (path === undefined || path === '') return;
  for (const { role, name, kind } of engines) appendFileSync(path, `${JSON.stringify({ role, name, kind })}\n`);
}

function sayDeath(role: EngineRole, event: ProcessEvent): void {
  if (event.kind === 'died') console.error(`The ${role} engine ended: ${event.how}.`);
}
