import {
  requiredSchemaSteps,
  type SchemaOwner,
  type SchemaPhase,
  type SchemaStepsOf,
  schemaSteps,
} from '@hallway/contracts';
import type { Connection } from 'mongoose';
import type { Log } from '../log.ts';
import { type RunnableStep, runSchemaSteps } from './run-schema-steps.ts';
import { createSchemaGate } from './schema-gate.ts';

/** What one service stores, as far as a database has to be prepared for it. */
export interface SchemaPart {
  owner: SchemaOwner;
  steps: Record<string, RunnableStep['run']>;
  /** Runs with every migration: an index that somebody dropped comes back. Does nothing where all exist. */
  ensureIndexes: (connection: Connection) => Promise<void>;
}

/** A part with the code of each of its owner's steps of the catalogue, and no other. */
export interface SchemaPartOf<O extends SchemaOwner> extends SchemaPart {
  owner: O;
  steps: Record<SchemaStepsOf<O>, RunnableStep['run']>;
}

export interface MigratePart {
  connection: Connection;
  part: SchemaPart;
  phases: readonly SchemaPhase[];
  by: string;
  log: Log;
  waitMs: number;
}

/** Brings one service's part of a database up to this release; answers the steps that it ran. Idempotent. */
export async function migratePart({ part, ...request }: MigratePart): Promise<string[]> {
  const steps = Object.entries(schemaSteps).flatMap(([name, { owner, phase }]): RunnableStep[] => {
    const run = owner === part.owner ? part.steps[name] : undefined;
    return run === undefined ? [] : [{ name, phase, run }];
  });
  const done = await runSchemaSteps({ ...request, part: part.owner, steps });
  await part.ensureIndexes(request.connection);
  return done;
}

export interface ServiceSchemaOptions {
  connection: Connection;
  part: SchemaPart;
  environment: 'development' | 'test' | 'production';
  instance: string;
  log: Log;
}

// Another service of the same name, which makes the same indexes at the same time.
const neighbourMs = 60_000;

/**
 * What a service does about the schema when it starts. In production it waits for the migration, which is a job of its own:
 * many copies start at once there, and none of them should change what the others stand on. Elsewhere it prepares its own part.
 */
export function createServiceSchema({ connection, part, environment, instance, log }: ServiceSchemaOptions) {
  const gate = createSchemaGate({ connection, required: requiredSchemaSteps, log });
  return {
    /** Rejects when `stop` comes first. */
    async ready(): Promise<void> {
      if (environment === 'production') await gate.pass();
      else await migratePart({ connection, part, phases: ['expand'], by: instance, log, waitMs: neighbourMs });
    },
    stop: gate.close,
  };
}
