import { setTimeout as wait } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import type { Log } from '../log.ts';
import { createSchemaRecords } from './schema-records.ts';

export interface SchemaGateOptions {
  connection: Connection;
  /** Names of steps, all of which must be recorded. What else is recorded is of a newer release, and no matter. */
  required: readonly string[];
  log: Log;
  /** One small read each; a deploy waits this long at most after its migration. */
  lookEveryMs?: number;
}

/** Keeps a service from working on a database that its release cannot work on yet. */
export function createSchemaGate({ connection, required, log, lookEveryMs = 1000 }: SchemaGateOptions) {
  const closed = new AbortController();
  const records = createSchemaRecords(connection);
  let missing: readonly string[] = required;
  let said = '';

  async function look(): Promise<void> {
    const recorded = await records.names();
    missing = required.filter((name) => !recorded.has(name));
    if (missing.length === 0 || said === missing.join()) return;
    said = missing.join();
    log.warn({ missing }, 'the schema is older than this release needs, and the migration is waited for');
  }

  return {
    /** Resolves when everything required is recorded, also while MongoDB is away for a moment; rejects after `close`. */
    async pass(): Promise<void> {
      for (;;) {
        closed.signal.throwIfAborted();
        await look().catch((error) => log.warn({ err: error }, 'the schema could not be looked at'));
        if (missing.length === 0) return;
        await wait(lookEveryMs, undefined, { signal: closed.signal });
      }
    },
    close: () => closed.abort(new Error('stopped while the schema was waited for')),
  };
}
