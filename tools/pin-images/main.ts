import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pinImages } from './pin-images.ts';
import { findDigest } from './registry.ts';

const path = process.argv[2] ?? join(import.meta.dirname, '../../deploy/docker/images.env');
try {
  const { list, changed } = await pinImages(await readFile(path, 'utf8'), findDigest);
  await writeFile(path, list);
  console.log(changed.length === 0 ? 'Every digest is still the one of its tag.' : `Pinned ${changed.join(', ')}.`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
