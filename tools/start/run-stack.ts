import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createEngineMemory } from '../engines/engine-memory.ts';
import { type Engine, type EngineRole, type Engines, startEngines } from '../engines/index.ts';
import { assertPortsFree } from '../ports/assert-ports-free.ts';
import { createGuard, type Guard } from '../processes/guard.ts';
import { createRecordedProcesses, type RecordedProcesses } from '../processes/recorded-processes.ts';
import type { ProcessEvent } from '../processes/supervised-process.ts';
import type { ProgressBoard } from '../terminal/progress-board.ts';
import { Refusal, tellFailure } from '../terminal/refusal.ts';
import type { StartOptions } from './options.ts';
import { takeRunLock } from './run-lock.ts';
import { createServices, type PhasedPlan, type RunningServices, showEvent } from './run-services.ts';
import { listenForStop } from './stop-signals.ts';

export interface Stack {
  options: Pick<StartOptions, 'fresh' | 'portBase'>;
  root: string;
  stateFolder: string;
  env: NodeJS.ProcessEnv;
  board: ProgressBoard;
  /** Everything that will be listened on. */
  ports: number[];
  plan: (urls: { mongoUrl: string; redisUrl: string }) => PhasedPlan[];
  /** Whatever must be made before the services can start; runs beside the search for engines. */
  build: (guard: Guard) => Promise<void>;
  onReady: (engines: Engines) => void;
}

interface Run {
  stack: Stack;
  guard: Guard;
  records: RecordedProcesses;
  engines: Engines | null;
  services: RunningServices | null;
}

const ENGINE_ROWS: Record<EngineRole, string> = { mongo: 'MongoDB', redis: 'Redis' };

/**
 * Runs a stack until it is told to stop or cannot go on. Answers the exit code; by then nothing that it started is left,
 * and the folder is free for the next run.
 */
export async function runStack(stack: Stack): Promise<number> {
  const giveBackLock = takeRunLock(join(stack.stateFolder, 'start.json'), `http://localhost:${stack.options.portBase}`);
  const records = createRecordedProcesses(join(stack.stateFolder, 'processes.json'));
  const run: Run = { stack, guard: createGuard(), records, engines: null, services: null };
  const stopAsked = Promise.withResolvers<void>();
  listenForStop({ onStop: stopAsked.resolve, onHasten: () => void hasten(run) });

  let exitCode = 0;
  try {
    await Promise.race([bringUp(run).then(() => stopAsked.promise), stopAsked.promise]);
    stack.board.settle();
    stack.board.say('\n  Stopping …');
  } catch (fault) {
    stack.board.settle();
    tellFailure(fault);
    exitCode = 1;
  }
  await tearDown(run);
  giveBackLock();
  if (exitCode === 0) stack.board.say('  Stopped. Everything written is there again at the next start.');
  return exitCode;
}

async function bringUp(run: Run): Promise<void> {
  const { stack, records, guard } = run;
  const leftovers = await records.endLeftovers();
  if (leftovers.length > 0) stack.board.say(`  Ended what an earlier run left behind: ${leftovers.join(', ')}.`);
  await assertPortsFree(stack.ports, stack.options.portBase);
  if (stack.options.fresh) wipeData(stack);

  const [engines] = await Promise.all([bringUpEngines(run), stack.build(guard)]);
  run.services = createServices(stack.plan({ mongoUrl: engines.mongo.url, redisUrl: engines.redis.url }), {
    guard,
    board: stack.board,
    logFolder: join(stack.stateFolder, 'logs'),
    onLaunched: records.add,
  });
  await run.services.start();
  stack.board.settle();
  stack.onReady(engines);
}

async function bringUpEngines(run: Run): Promise<Engines> {
  const { board, env, root, stateFolder } = run.stack;
  for (const row of Object.values(ENGINE_ROWS)) board.set(row, 'working', 'looking for an engine');
  const settled = { done: false };
  const onEvent = (role: EngineRole, event: ProcessEvent) => {
    if (event.kind === 'launched') run.records.add(role, event.pid);
    // Until all serve, an engine that fails is one more step of the search, which the chosen line tells about.
    if (settled.done) showEvent(ENGINE_ROWS[role], event, board);
  };
  const say = (line: string) => board.say(`  ${line}`);
  run.engines = await startEngines({ root, stateFolder, lifetime: 'kept', env, guard: run.guard, say, onEvent });
  settled.done = true;
  for (const engine of [run.engines.mongo, run.engines.redis]) showChoice(engine, board);
  return run.engines;
}

function showChoice(engine: Engine, board: ProgressBoard): void {
  board.set(ENGINE_ROWS[engine.role], 'done', `${engine.name}: ${engine.why}`);
}

function wipeData({ env, stateFolder, board }: Stack): void {
  if (env.MONGODB_URI) {
    throw new Refusal(
      '--fresh wipes only a database of Hallway, and MONGODB_URI names one of yours. Empty that yourself, or unset MONGODB_URI.',
    );
  }
  rmSync(join(stateFolder, 'data'), { recursive: true, force: true });
  createEngineMemory(join(stateFolder, 'engines.json')).forgetChosen();
  board.say('  Wiped .hallway/data.');
}

/** Services first, in reverse order, then the stores; what was just being started when the stop came goes with the guard. */
async function tearDown(run: Run): Promise<void> {
  await run.services?.stop();
  await run.engines?.stop();
  await run.guard.endAll();
  run.records.clear();
}

async function hasten({ services, engines }: Run): Promise<void> {
  await services?.stop({ hasten: true });
  await engines?.stop({ hasten: true });
}
