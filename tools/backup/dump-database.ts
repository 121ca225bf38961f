import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Db } from 'mongodb';
import { Refusal } from '../terminal/refusal.ts';
import { type CollectionEntry, fileOf, type Manifest, manifestFile, startHash } from './manifest.ts';
import { listCollections, listIndexes, readDocuments, toLine } from './read-documents.ts';
import { createRoomCheck, cutAtHead, type RoomHeads } from './room-cut.ts';

/**
 * Writes a database into an empty folder, a file of lines for each collection, while the system may run. In memory is one
 * batch, and one number for each room. Throws a `Refusal` where the folder holds something.
 */
export async function dumpDatabase(db: Db, folder: string): Promise<Manifest> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0)
    throw new Refusal(`${folder} is not empty: a backup takes a folder of its own.`);
  const rooms = createRoomCheck();
  const cutAt = new Date().toISOString();
  const collections: CollectionEntry[] = [];
  for (const name of await listCollections(db)) collections.push(await dumpCollection({ db, folder, name, rooms }));
  const manifest: Manifest = {
    format: 1,
    database: db.databaseName,
    cutAt,
    finishedAt: new Date().toISOString(),
    collections,
  };
  await writeFile(join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

interface DumpOptions {
  db: Db;
  folder: string;
  name: string;
  rooms: { heads: RoomHeads; see: ReturnType<typeof createRoomCheck>['see'] };
}

async function dumpCollection({ db, folder, name, rooms }: DumpOptions): Promise<CollectionEntry> {
  // It holds what people wrote: nobody but its owner reads it.
  const file = createWriteStream(fileOf(folder, name), { flags: 'wx', mode: 0o600 });
  const hash = startHash();
  let count = 0;
  for await (const found of readDocuments(db, name)) {
    if (name === 'rooms') rooms.see(name, found);
    const document = cutAtHead(found, rooms.heads);
    if (!document) continue;
    const line = toLine(document);
    hash.update(line);
    count += 1;
    if (!file.write(line)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
  return { name, count, sha256: hash.digest('hex'), indexes: await listIndexes(db, name) };
}
