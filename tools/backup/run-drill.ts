import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db, MongoClient } from 'mongodb';
import { dumpDatabase } from './dump-database.ts';
import type { Manifest } from './manifest.ts';
import { findDifferences, restoreDatabase } from './restore-database.ts';

export interface RestoreReport {
  manifest: Manifest;
  differences: string[];
  /** What a disaster at this moment would have lost: how old the cut is. */
  rpoSeconds: number;
  /** From the first look at the backup until the restored database was found to be whole. */
  rtoSeconds: number;
}

/** Restores a backup into an empty database and looks whether it is what was saved. */
export async function restoreAndCompare(folder: string, db: Db): Promise<RestoreReport> {
  const startedAt = performance.now();
  const restored = await restoreDatabase(folder, db);
  const differences = await findDifferences(db, restored);
  const rtoSeconds = (performance.now() - startedAt) / 1000;
  return { manifest: restored, differences, rpoSeconds: (Date.now() - Date.parse(restored.cutAt)) / 1000, rtoSeconds };
}

/**
 * Saves a database, restores it into another of its own and compares the two; removes both the backup and the copy. The source
 * is only read. `target` may be another server, as after a disaster.
 */
export async function runDrill({ source, target }: { source: Db; target: MongoClient }): Promise<RestoreReport> {
  const folder = await mkdtemp(join(tmpdir(), 'hallway-drill-'));
  const copy = target.db(`${source.databaseName.slice(0, 30)}-drill-${randomBytes(4).toString('hex')}`);
  try {
    await dumpDatabase(source, folder);
    return await restoreAndCompare(folder, copy);
  } finally {
    await copy.dropDatabase();
    await rm(folder, { recursive: true });
  }
}
