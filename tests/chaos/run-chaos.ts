import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChaosOptions, fullLoad, shortLoad } from './options.ts';
import { createRandom } from './random.ts';
import { type MemoryTrend, watchProcesses } from './report/process-watch.ts';
import { runScenario, type ScenarioRequest, type ScenarioResult } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/all-scenarios.ts';
import { type ChaosSystem, startSystem } from './system.ts';

export interface ChaosRun {
  engines: string[];
  results: ScenarioResult[];
  /** Scenarios that could not be played to their end, and why. */
  aborted: { id: string; why: string }[];
  memory: MemoryTrend[];
}

export interface ChaosRequest {
  options: ChaosOptions;
  /** Where histories go. */
  folder: string;
  say: (line: string) => void;
  onResult: (result: ScenarioResult) => void;
  /** Resolves when somebody wants it to end at once; what was played until then is answered. */
  stopAsked: Promise<void>;
}

/** Plays the chosen scenarios one after the other on one running system, which is gone when this resolves or rejects. */
export async function runChaos(request: ChaosRequest): Promise<ChaosRun> {
  const { options, say } = request;
  const data = mkdtempSync(join(tmpdir(), 'hallway-chaos-'));
  const random = createRandom(options.seed);
  let system: ChaosSystem | undefined;
  try {
    system = await startSystem({ folder: data, gateways: 2, messageServices: 2, random: random.fork('proxies'), say });
    const run: ChaosRun = { engines: system.engineNames, results: [], aborted: [], memory: [] };
    await Promise.race([playAll(request, system, run), request.stopAsked]);
    return run;
  } finally {
    await system?.stop();
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function playAll(request: ChaosRequest, system: ChaosSystem, run: ChaosRun): Promise<void> {
  const { options, folder, say, onResult } = request;
  const chosen = scenarios.filter(({ id }) => options.only.length === 0 || options.only.includes(id));
  const names = [...system.gateways, ...system.messageServices, 'worker', 'auth', 'front-door'];
  const watch = watchProcesses(names, system.stack.pidOf);
  for (const scenario of chosen) {
    say(`${scenario.id}  ${scenario.title} …`);
    try {
      const random = createRandom(options.seed).fork(scenario.id);
      const extent = options.short ? shortExtent(scenario) : fullExtent(scenario, options.minutes, chosen.length);
      const shared = { scenario, system, random, folder: join(folder, scenario.id) };
      const result = await runScenario({ ...shared, ...extent });
      run.results.push(result);
      onResult(result);
      if (result.problems.length === 0 && !options.keep) rmSync(shared.folder, { recursive: true, force: true });
    } catch (fault) {
      const why = (fault as Error).stack ?? String(fault);
      run.aborted.push({ id: scenario.id, why });
      say(`${scenario.id}  could not be played to its end: ${why}`);
      await system.heal(30_000);
    }
  }
  watch.stop();
  run.memory = watch.trends();
}

type Extent = Pick<ScenarioRequest, 'seconds' | 'short' | 'load' | 'processes'>;

/** Enough to meet each fault once or twice, in the time that a test has. */
export function shortExtent({ shortSeconds = 7 }: Scenario): Extent {
  return { seconds: shortSeconds, short: true, load: shortLoad, processes: 1 };
}

/** The long one takes what a third of the time is, the others share the rest. */
function fullExtent({ id }: Scenario, minutes: number, count: number): Extent {
  const all = minutes * 60;
  const share = id === 'T10' ? all / 3 : (all * 2) / 3 / (count - 1);
  return { seconds: Math.max(10, Math.round(count === 1 ? all : share)), short: false, load: fullLoad, processes: 2 };
}
