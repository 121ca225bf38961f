import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tellMutation } from './mutation/report-mutations.ts';
import { chooseMutations, hasCaughtAll, type MutationRun, runMutations } from './mutation/run-mutations.ts';
import { type ChaosOptions, fullLoad, shortLoad } from './options.ts';
import type { ScenarioRequest, ScenarioResult } from './played-scenario.ts';
import { createRandom } from './random.ts';
import { findGrown } from './report/memory-section.ts';
import { type MemoryTrend, watchProcesses } from './report/process-watch.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/all-scenarios.ts';
import { type ChaosSystem, startSystem } from './system.ts';

export interface ChaosRun {
  engines: string[];
  results: ScenarioResult[];
  /** Scenarios that could not be played to their end, and why. */
  aborted: { id: string; why: string }[];
  memory: MemoryTrend[];
  /** What is wrong with it. */
  grown: string[];
  /** T12; null when it was not asked for. */
  mutations: MutationRun | null;
}

/** Whether every scenario that was asked for was played to its end and kept every promise, and every seeded bug was caught. */
export function hasPassed({ results, aborted, grown, mutations }: ChaosRun): boolean {
  const isWell = aborted.length === 0 && grown.length === 0 && (mutations === null || hasCaughtAll(mutations));
  const hasPlayed = results.length > 0 || mutations !== null;
  return isWell && hasPlayed && results.every(({ problems }) => problems.length === 0);
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

/**
 * Plays the chosen scenarios one after the other on one running system, then those that want one of their own, then T12.
 * Nothing is left when this settles.
 */
export async function runChaos(request: ChaosRequest): Promise<ChaosRun> {
  const run: ChaosRun = { engines: [], results: [], aborted: [], memory: [], grown: [], mutations: null };
  let isStopped = false;
  void request.stopAsked.then(() => {
    isStopped = true;
  });
  const groups = Map.groupBy(chooseScenarios(request.options), ({ environment }) =>
    request.options.short ? environment?.short : environment?.full,
  );
  for (const [environment, chosen] of groups) {
    if (!isStopped) await playOnSystem(request, run, { environment, chosen });
  }
  if (!isStopped) await playMutations(request, run);
  return run;
}

interface Group {
  /** What the processes are told beside what all systems are; undefined: nothing. */
  environment: Record<string, string> | undefined;
  chosen: Scenario[];
}

async function playOnSystem(request: ChaosRequest, run: ChaosRun, group: Group): Promise<void> {
  const { options, say } = request;
  const data = mkdtempSync(join(tmpdir(), 'hallway-chaos-'));
  const random = createRandom(options.seed);
  let system: ChaosSystem | undefined;
  try {
    const proxies = random.fork('proxies');
    system = await startSystem({ folder: data, gateways: 2, messageServices: 2, random: proxies, say, ...group });
    run.engines = system.engineNames;
    await Promise.race([playAll(request, { system, chosen: group.chosen }, run), request.stopAsked]);
  } finally {
    await system?.stop();
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function playMutations({ options, say, stopAsked }: ChaosRequest, run: ChaosRun): Promise<void> {
  const chosen = chooseMutations(options.only);
  if (chosen.length === 0) return;
  say('T12  Bugs are put into copies of Hallway, and the checker has to find them …');
  const onResult = (result: Parameters<typeof tellMutation>[0]) => say(tellMutation(result));
  try {
    run.mutations = await runMutations({ seed: options.seed, chosen, onResult, stopAsked });
    if (run.engines.length === 0) run.engines = run.mutations.engines;
  } catch (fault) {
    const why = (fault as Error).stack ?? String(fault);
    run.aborted.push({ id: 'T12', why });
    say(`T12  could not be played to its end: ${why}`);
  }
}

function chooseScenarios({ only }: ChaosOptions): Scenario[] {
  return scenarios.filter(({ id, onlyWhenAsked }) => (only.length === 0 ? !onlyWhenAsked : only.includes(id)));
}

async function playAll(
  request: ChaosRequest,
  { system, chosen }: { system: ChaosSystem; chosen: Scenario[] },
  run: ChaosRun,
): Promise<void> {
  const { options, folder, say, onResult } = request;
  const count = chooseScenarios(options).length;
  const names = [...system.gateways, ...system.messageServices, 'worker', 'auth', 'front-door'];
  const watch = watchProcesses(names, system.stack.pidOf);
  for (const scenario of chosen) {
    say(`${scenario.id}  ${scenario.title} …`);
    try {
      const random = createRandom(options.seed).fork(scenario.id);
      const extent = options.short ? shortExtent(scenario) : fullExtent(scenario, options.minutes, count);
      const shared = { scenario, system, random, folder: join(folder, scenario.id) };
      const result = await runScenario({ ...shared, ...extent });
      run.results.push(result);
      onResult(result);
      if (result.problems.length > 0) keepLogs(system, shared.folder);
      else if (!options.keep) rmSync(shared.folder, { recursive: true, force: true });
    } catch (fault) {
      const why = (fault as Error).stack ?? String(fault);
      run.aborted.push({ id: scenario.id, why });
      keepLogs(system, join(folder, scenario.id));
      say(`${scenario.id}  could not be played to its end: ${why}`);
      await system.heal(30_000);
    }
  }
  watch.stop();
  // The longest run of processes has the most to say.
  if (run.memory.length === 0) run.memory = watch.trends(run.results);
  run.grown = findGrown(run.memory);
}

/** The processes' logs go with their folder: what failed keeps them beside its histories. */
function keepLogs(system: ChaosSystem, folder: string): void {
  cpSync(system.stack.logFolder, join(folder, 'logs'), { recursive: true });
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
