import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IndexDescription } from 'mongodb';
import { Refusal } from '../terminal/refusal.ts';

export interface CollectionEntry {
  name: string;
  count: number;
  /** Of the lines as they stand in the file, which are those of the documents in the order of their ids. */
  sha256: string;
  indexes: IndexDescription[];
}

/** Written last, so that a backup without one is known to have broken off. */
export interface Manifest {
  format: 1;
  database: string;
  /** ISO 8601. What was acknowledged before is in the backup; what came later, perhaps not. */
  cutAt: string;
  finishedAt: string;
  collections: CollectionEntry[];
}

export const manifestFile = 'manifest.json';

export function fileOf(folder: string, collection: string): string {
  return join(folder, `${collection}.ejson`);
}

/** Reads a manifest. Throws a `Refusal` where there is none or it is of another format. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, manifestFile), 'utf8').catch(() => {
    throw new Refusal(`${folder} has no ${manifestFile}: it is no backup, or one that broke off.`);
  });
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== 1) throw new Refusal(`${folder} has a format that this version does not know.`);
  return manifest;
}

export function startHash(): Hash {
  return createHash('sha256');
}

/** Throws a `Refusal` that names every file which is not what was written. */
export async function assertUnharmed(folder: string, { collections }: Manifest): Promise<void> {
  const harmed: string[] = [];
  for (const { name, sha256 } of collections) {
    const hash = startHash();
    try {
      for await (const chunk of createReadStream(fileOf(folder, name))) hash.update(chunk as Buffer);
    } catch {
      harmed.push(`${name} is missing`);
      continue;
    }
    if (hash.digest('hex') !== sha256) harmed.push(`${name} has changed`);
  }
  if (harmed.length > 0) throw new Refusal(`The backup is harmed: ${harmed.join(', ')}.`);
}
