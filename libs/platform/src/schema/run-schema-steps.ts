import { randomUUID } from 'node:crypto';
import type { SchemaPhase } from '@hallway/contracts';
import type { Connection } from 'mongoose';
import type { Log } from '../log.ts';
import { createSchemaLock, type LockTimes } from './schema-lock.ts';
import { createSchemaRecords } from './schema-records.ts';

export interface RunnableStep {
  name: string;
  phase: SchemaPhase;
  /** Idempotent: a runner that dies in the middle is followed by one that begins the step again. */
  run: (connection: Connection) => Promise<void>;
}

export interface RunSchemaSteps {
  connection: Connection;
  /** What the lock is for: steps of different parts may run at the same time. */
  part: string;
  /** In the order in which they are run. */
  steps: readonly RunnableStep[];
  phases: readonly SchemaPhase[];
  /** Who runs them, for the record. */
  by: string;
  /** For how long another runner is waited for. */
  waitMs: number;
  log: Log;
  lockTimes?: LockTimes;
}

/**
 * Runs the steps that are not recorded yet, one after the other, each recorded when it is done; answers their names. Of several
 * runners one works and the others wait, and then find nothing to do. Rejects when another one is at it for longer than
 * `waitMs`, when a step fails, and when the lock is lost; whatever was done until then stays recorded.
 */
export async function runSchemaSteps(request: RunSchemaSteps): Promise<string[]> {
  const { connection, part, by, waitMs, lockTimes } = request;
  if ((await findPending(request)).length === 0) return [];
  const holder = `${by} ${randomUUID()}`;
  const lock = await createSchemaLock(connection, lockTimes).acquire(part, { holder, withinMs: waitMs });
  if (lock === null) throw new Error(`another runner has been at the schema of ${part} for ${waitMs / 1000} s`);
  try {
    const done: string[] = [];
    for (const step of await findPending(request)) {
      lock.signal.throwIfAborted();
      await runStep(request, step);
      done.push(step.name);
    }
    return done;
  } finally {
    await lock.release();
  }
}

async function findPending({ connection, steps, phases }: RunSchemaSteps): Promise<RunnableStep[]> {
  const recorded = await createSchemaRecords(connection).names();
  return steps.filter(({ name, phase }) => phases.includes(phase) && !recorded.has(name));
}

async function runStep({ connection, by, log }: RunSchemaSteps, { name, run }: RunnableStep): Promise<void> {
  const beganAt = Date.now();
  try {
    await run(connection);
  } catch (cause) {
    throw new Error(`${name} failed: ${(cause as Error).message}`, { cause });
  }
  const ms = Date.now() - beganAt;
  await createSchemaRecords(connection).add({ _id: name, at: new Date(), ms, by });
  log.info({ step: name, ms }, 'a schema step was run');
}
