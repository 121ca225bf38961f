import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess } from './end-process.ts';
import type { Guard } from './guard.ts';
import { identityOf } from './process-identity.ts';
import type { ProcessLog } from './process-log.ts';
import { createRestartDelay, LONGEST_RESTART_VARIABLE, type RestartDelay } from './restart-delay.ts';

export interface ProcessPlan {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Must answer within a second or two; it is asked again until it says yes. */
  isReady: () => Promise<boolean>;
  /** From the launch to ready; a process that takes longer counts as one that will not start. */
  readyWithinMs: number;
  /** From SIGTERM to SIGKILL. */
  stopWithinMs: number;
  /** Order of ending: higher first. */
  rank: number;
}

export type ProcessEvent =
  | { kind: 'launched'; pid: number }
  | { kind: 'ready'; afterMs: number; restarted: boolean }
  | { kind: 'died'; how: string; restartInMs: number | null }
  | { kind: 'stopped' };

export interface SupervisedProcess {
  readonly name: string;
  /** Resolves when the process is ready for the first time; rejects with a `WillNotStart`. */
  start(): Promise<void>;
  /** Idempotent. After it nothing is restarted. `hasten` skips the time that the process has for stopping. */
  stop(options?: { hasten?: boolean }): Promise<void>;
  pid(): number | null;
}

export class WillNotStart extends Error {
  override readonly name = 'WillNotStart';
}

interface SupervisionDeps {
  plan: ProcessPlan;
  guard: Guard;
  log: ProcessLog;
  /** Whether a process that died after it had been ready once is started again. */
  restart: boolean;
  onEvent: (event: ProcessEvent) => void;
}

const ASK_READY_EVERY_MS = 60;

/** Before its first readiness a process may die this often: a port or a store may just be coming up. */
const MAX_FIRST_LAUNCHES = 3;

interface Supervision extends SupervisionDeps {
  delay: RestartDelay;
  child: ChildProcess | null;
  stopping: boolean;
  wasReady: boolean;
  timer: NodeJS.Timeout | undefined;
  firstReady: PromiseWithResolvers<void>;
}

/** Keeps one process running until it is told to stop. */
export function createSupervisedProcess(deps: SupervisionDeps): SupervisedProcess {
  const own: Supervision = {
    ...deps,
    delay: createRestartDelay(Date.now, longestRestartMs(deps.plan.env)),
    child: null,
    stopping: false,
    wasReady: false,
    timer: undefined,
    firstReady: Promise.withResolvers<void>(),
  };
  // A stop before anybody waits for readiness must not count as an unhandled rejection.
  own.firstReady.promise.catch(() => {});
  return {
    name: deps.plan.name,
    pid: () => own.child?.pid ?? null,
    start() {
      launch(own);
      return own.firstReady.promise;
    },
    stop: ({ hasten = false } = {}) => stop(own, hasten),
  };
}

function longestRestartMs(env: NodeJS.ProcessEnv): number | undefined {
  return Number(env[LONGEST_RESTART_VARIABLE]) || undefined;
}

function launch(own: Supervision): void {
  const { plan } = own;
  const launchedAt = Date.now();
  const child = spawn(plan.command, plan.args, {
    cwd: plan.cwd,
    env: plan.env,
    // Its own group: a Ctrl-C in the terminal reaches us alone, and we stop things in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  own.child = child;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => own.log.write(chunk));
  }
  child.once('error', (fault) => onEnd(own, child, fault.message));
  child.once('exit', (code, signal) => onEnd(own, child, signal === null ? `exit code ${code}` : signal));
  if (child.pid === undefined) return;
  own.guard.watch(child.pid, plan.rank);
  own.onEvent({ kind: 'launched', pid: child.pid });
  void watchReadiness(own, child, launchedAt);
}

async function watchReadiness(own: Supervision, child: ChildProcess, launchedAt: number): Promise<void> {
  while (own.child === child && !own.stopping) {
    const ready = await own.plan.isReady().catch(() => false);
    if (own.child !== child || own.stopping) return;
    const afterMs = Date.now() - launchedAt;
    if (ready) return onReady(own, afterMs);
    if (afterMs > own.plan.readyWithinMs) return onLate(own, child);
    await sleep(ASK_READY_EVERY_MS);
  }
}

function onReady(own: Supervision, afterMs: number): void {
  own.onEvent({ kind: 'ready', afterMs, restarted: own.wasReady });
  own.wasReady = true;
  own.firstReady.resolve();
}

function onLate(own: Supervision, child: ChildProcess): void {
  const { name, readyWithinMs } = own.plan;
  if (!own.wasReady) own.firstReady.reject(new WillNotStart(`${name} was not ready in ${readyWithinMs / 1000} s`));
  // One that hangs is treated as one that died: its end brings the next launch.
  else child.kill('SIGKILL');
}

function onEnd(own: Supervision, child: ChildProcess, how: string): void {
  if (own.child !== child) return;
  own.child = null;
  if (child.pid !== undefined) own.guard.forget(child.pid);
  if (own.stopping) return;
  const restartInMs = own.delay.next();
  const givesUp = own.wasReady ? !own.restart : own.delay.count() >= MAX_FIRST_LAUNCHES;
  own.onEvent({ kind: 'died', how, restartInMs: givesUp ? null : restartInMs });
  if (givesUp) own.firstReady.reject(new WillNotStart(`${own.plan.name} ended with ${how}`));
  else own.timer = setTimeout(launch, restartInMs, own);
}

async function stop(own: Supervision, hasten: boolean): Promise<void> {
  own.stopping = true;
  clearTimeout(own.timer);
  own.firstReady.reject(new WillNotStart(`${own.plan.name} was stopped`));
  const child = own.child;
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const identity = identityOf(child.pid);
  const ended = once(child, 'exit');
  if (identity !== null) await endProcess({ pid: child.pid, identity }, hasten ? 0 : own.plan.stopWithinMs);
  await ended;
  own.onEvent({ kind: 'stopped' });
}
