import { MongoClient } from 'mongodb';
import { Refusal, tellFailure } from '../terminal/refusal.ts';
import { dumpDatabase } from './dump-database.ts';
import type { Manifest } from './manifest.ts';
import { type RestoreReport, restoreAndCompare, runDrill } from './run-drill.ts';

const usage = `Saves and restores what Hallway knows. Addresses stand in the environment, where a list of processes does not show them.

  backup.sh <folder>     saves the database of MONGODB_URI into a new folder, while Hallway runs
  restore.sh <folder>    restores it into the empty database of RESTORE_MONGODB_URI, and compares
  restore.sh --drill     saves MONGODB_URI, restores it into a database of its own on the server of RESTORE_MONGODB_URI (or the
                         same), compares, and removes both`;

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (fault) {
  tellFailure(fault);
  process.exitCode = 1;
}

async function run([action, folder]: string[]): Promise<number> {
  const { MONGODB_URI, RESTORE_MONGODB_URI } = process.env;
  if (action === 'restore' && folder === '--drill') {
    return withClients([MONGODB_URI, RESTORE_MONGODB_URI || MONGODB_URI], async (source, target) =>
      tellReport(await runDrill({ source: source.db(), target })),
    );
  }
  if (folder === undefined || folder.startsWith('-') || !(action === 'dump' || action === 'restore')) {
    console.log(usage);
    return folder === '--help' ? 0 : 2;
  }
  if (action === 'dump') {
    return withClients([MONGODB_URI], async (client) => tellBackup(await dumpDatabase(client.db(), folder)));
  }
  return withClients([RESTORE_MONGODB_URI], async (client) => tellReport(await restoreAndCompare(folder, client.db())));
}

async function withClients(
  addresses: (string | undefined)[],
  use: (...clients: [MongoClient, MongoClient]) => Promise<number>,
): Promise<number> {
  const clients = addresses.map((address) => {
    if (!address) throw new Refusal(`MONGODB_URI or RESTORE_MONGODB_URI is missing.\n\n${usage}`);
    return new MongoClient(address, { serverSelectionTimeoutMS: 5000, readConcernLevel: 'majority' });
  });
  try {
    return await use(...(clients as [MongoClient, MongoClient]));
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

function documentsOf({ collections }: Manifest): number {
  return collections.reduce((sum, { count }) => sum + count, 0);
}

function tellBackup(manifest: Manifest): number {
  for (const { name, count, sha256 } of manifest.collections) console.log(`${sha256.slice(0, 16)}  ${count}  ${name}`);
  console.log(`Saved ${documentsOf(manifest)} documents of ${manifest.database} as they were at ${manifest.cutAt}.`);
  return 0;
}

function tellReport({ manifest, differences, rpoSeconds, rtoSeconds }: RestoreReport): number {
  for (const difference of differences) console.error(`  ${difference}`);
  const [collections, documents] = [manifest.collections.length, documentsOf(manifest)];
  console.log(
    differences.length === 0
      ? `Restored ${documents} documents of ${collections} collections: counts and hashes agree, every room is numbered without a gap.`
      : `The restored database differs from the backup in ${differences.length} places.`,
  );
  console.log(`RPO: ${rpoSeconds.toFixed(1)} s: what was acknowledged after ${manifest.cutAt} is not in this backup.`);
  console.log(`RTO: ${rtoSeconds.toFixed(1)} s for reading, writing, indexing and comparing ${documents} documents.`);
  return differences.length === 0 ? 0 : 1;
}
