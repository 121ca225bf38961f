import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Db, Document } from 'mongodb';
import { Refusal } from '../terminal/refusal.ts';
import { assertUnharmed, type CollectionEntry, fileOf, type Manifest, readManifest, startHash } from './manifest.ts';
import { fromLine, listCollections, readDocuments, toLine } from './read-documents.ts';
import { createRoomCheck } from './room-cut.ts';

// A message weighs a few hundred bytes; MongoDB takes 48 MB and 100,000 documents in one command.
const insertedAtOnce = 1000;

/**
 * Writes a backup into an empty database: documents, then indexes. Every file is compared with its hash before anything is
 * written. Throws a `Refusal` where the backup is harmed or the database holds something; run again after a failure, it wants
 * an empty database again.
 */
export async function restoreDatabase(folder: string, db: Db): Promise<Manifest> {
  const manifest = await readManifest(folder);
  await assertUnharmed(folder, manifest);
  const present = await listCollections(db);
  if (present.length > 0) {
    throw new Refusal(
      `The database ${db.databaseName} is not empty (${present.join(', ')}): a backup is restored into a new one.`,
    );
  }
  for (const entry of manifest.collections) await restoreCollection(folder, db, entry);
  return manifest;
}

async function restoreCollection(folder: string, db: Db, { name, indexes }: CollectionEntry): Promise<void> {
  const collection = await db.createCollection(name);
  let batch: Document[] = [];
  const insert = async () => {
    if (batch.length > 0) await collection.insertMany(batch, { ordered: false, writeConcern: { w: 'majority' } });
    batch = [];
  };
  for await (const line of createInterface({
    input: createReadStream(fileOf(folder, name)),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    batch.push(fromLine(line));
    if (batch.length === insertedAtOnce) await insert();
  }
  await insert();
  // Also the proof that what has to be unique is.
  if (indexes.length > 0) await collection.createIndexes(indexes);
}

/**
 * Compares a database with a manifest, by counts and hashes, and looks whether every room is whole. One readable line for each
 * difference; none when all is as it was.
 */
export async function findDifferences(db: Db, manifest: Manifest): Promise<string[]> {
  const rooms = createRoomCheck();
  const differences: string[] = [];
  for (const entry of manifest.collections) {
    const hash = startHash();
    let count = 0;
    for await (const document of readDocuments(db, entry.name)) {
      rooms.see(entry.name, document);
      hash.update(toLine(document));
      count += 1;
    }
    if (count !== entry.count) differences.push(`${entry.name} has ${count} documents, not ${entry.count}`);
    else if (hash.digest('hex') !== entry.sha256) differences.push(`${entry.name} has other contents`);
  }
  return [...differences, ...rooms.faults()];
}
