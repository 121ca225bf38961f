import { join, relative } from 'node:path';
import type { Guard } from '../processes/guard.ts';
import { createProcessLog, type ProcessLog } from '../processes/process-log.ts';
import {
  createSupervisedProcess,
  type ProcessEvent,
  type ProcessPlan,
  type SupervisedProcess,
} from '../processes/supervised-process.ts';
import { duration } from '../terminal/colour.ts';
import type { ProgressBoard } from '../terminal/progress-board.ts';
import { Refusal } from '../terminal/refusal.ts';
import { createNoticePrinter } from './notices.ts';

export interface PhasedPlan extends ProcessPlan {
  /** Those of a lower phase are ready before those of a higher one are launched. */
  phase: number;
}

export interface RunDeps {
  guard: Guard;
  board: ProgressBoard;
  logFolder: string;
  onLaunched: (name: string, pid: number) => void;
}

export interface RunningServices {
  /** Resolves when all are ready. Rejects with a `Refusal` that shows the last lines of the one that will not start. */
  start(): Promise<void>;
  /** Highest rank first. `hasten` ends all at once. Idempotent, and may be called again to hasten. */
  stop(options?: { hasten?: boolean }): Promise<void>;
}

interface Running {
  plan: PhasedPlan;
  log: ProcessLog;
  supervised: SupervisedProcess;
}

/** Runs the planned processes, shows their states on the board, and restarts those that die. */
export function createServices(plans: PhasedPlan[], deps: RunDeps): RunningServices {
  const running = plans.map((plan) => prepare(plan, deps));

  return {
    async start() {
      for (const { plan } of running) deps.board.set(plan.name, 'waiting');
      for (const phase of [...new Set(plans.map((plan) => plan.phase))].sort((a, b) => a - b)) {
        const together = running.filter(({ plan }) => plan.phase === phase);
        await Promise.all(together.map((one) => startOne(one, deps.board)));
      }
    },
    async stop({ hasten = false } = {}) {
      if (hasten) {
        await Promise.all(running.map(({ supervised }) => supervised.stop({ hasten })));
        return;
      }
      for (const rank of [...new Set(plans.map((plan) => plan.rank))].sort((a, b) => b - a)) {
        const together = running.filter(({ plan }) => plan.rank === rank);
        await Promise.all(together.map(({ supervised }) => supervised.stop()));
      }
    },
  };
}

function prepare(plan: PhasedPlan, { guard, board, logFolder, onLaunched }: RunDeps): Running {
  const path = join(logFolder, `${plan.name}.log`);
  const onNotice = createNoticePrinter({ name: plan.name, logPath: relative(plan.cwd, path), say: board.say });
  const log = createProcessLog(path, onNotice);
  const onEvent = (event: ProcessEvent) => {
    if (event.kind === 'launched') onLaunched(plan.name, event.pid);
    showEvent(plan.name, event, board);
  };
  return { plan, log, supervised: createSupervisedProcess({ plan, guard, log, restart: true, onEvent }) };
}

async function startOne({ plan, log, supervised }: Running, board: ProgressBoard): Promise<void> {
  board.set(plan.name, 'working', 'starting');
  try {
    await supervised.start();
  } catch (fault) {
    board.set(plan.name, 'failed', 'did not start');
    const lines = log.tail().map((line) => `    ${line.slice(0, 300)}`);
    const path = relative(plan.cwd, log.path);
    throw new Refusal(
      [`${(fault as Error).message}, so Hallway stopped again.`, ...lines, `  The whole log is ${path}.`].join('\n'),
    );
  }
}

/** Says what happened to a process, an engine included, in the words of the terminal. */
export function showEvent(name: string, event: ProcessEvent, { set, say }: ProgressBoard): void {
  if (event.kind === 'ready') {
    const after = duration(event.afterMs);
    if (event.restarted) say(`  ${name} is back after ${after}.`);
    set(name, 'done', `ready after ${after}`);
  }
  if (event.kind === 'died') {
    const next = event.restartInMs === null ? '' : ` It is started again in ${duration(event.restartInMs)}.`;
    say(`  ${name} ended unexpectedly (${event.how}).${next}`);
    set(name, 'working', 'starting again');
  }
}
