import type { SchemaPhase } from '@hallway/contracts';
import { type Log, type MigratePart, migratePart, type SchemaPart } from '@hallway/platform';
import { authSchema } from '../../auth/src/schema-part.ts';
import { messageSchema } from '../../message/src/schema-part.ts';
import { workerSchema } from '../../worker/src/schema-part.ts';

/** Every part of the schema; each has the code of its own service, which stays the only one that writes there. */
const parts: SchemaPart[] = [authSchema, messageSchema, workerSchema];

export interface MigrateRequest {
  connection: MigratePart['connection'];
  /** Also what takes away what earlier releases need. Only when none of them runs, or will be gone back to. */
  contract: boolean;
  by: string;
  waitMs: number;
  log: Log;
}

/** Brings a database up to this release; answers the steps that were run. Idempotent, also side by side with another one. */
export async function migrate({ contract, ...request }: MigrateRequest): Promise<string[]> {
  const phases: SchemaPhase[] = contract ? ['expand', 'contract'] : ['expand'];
  const done: string[] = [];
  for (const part of parts) done.push(...(await migratePart({ ...request, part, phases })));
  return done;
}
