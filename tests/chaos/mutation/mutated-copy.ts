import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT } from '../../../tools/project/folders.ts';
import { applyPatches, type Patch } from './mutation.ts';

const copiedFolders = ['libs', 'services', 'tools', 'tests'];
const copiedFiles = ['package.json', 'package-lock.json', 'turbo.json', 'tsconfig.base.json'];
const leftOut = new Set(['node_modules', 'dist', '.turbo', 'coverage']);

/**
 * Copies what Hallway needs to run, and changes the copy. Packages of others are links to the ones that are installed; our
 * own lead into the copy, so that nothing in it runs a line of the original. Throws where a patch does not apply.
 */
export function makeMutatedCopy(folder: string, patches: Patch[]): void {
  const filter = (source: string) => !leftOut.has(basename(source));
  for (const name of copiedFolders) cpSync(join(ROOT, name), join(folder, name), { recursive: true, filter });
  for (const name of copiedFiles) cpSync(join(ROOT, name), join(folder, name));
  makeEmptyWeb(join(folder, 'web'));
  linkPackages(join(folder, 'node_modules'));
  for (const workspace of ['libs', 'services'].flatMap(listWithin)) linkOwnPackages(folder, workspace);
  linkEngines(folder);
  for (const [file, some] of Map.groupBy(patches, (patch) => patch.file)) {
    const path = join(folder, file);
    writeFileSync(path, applyPatches(readFileSync(path, 'utf8'), some));
  }
}

/** No browser comes here: the page is there because the front door wants one, and there is nothing to build. */
function makeEmptyWeb(folder: string): void {
  mkdirSync(join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'dist/index.html'), '<!doctype html><title>Hallway</title>\n');
  writeFileSync(join(folder, 'package.json'), '{ "name": "@hallway/web", "version": "0.1.0", "private": true }\n');
}

function linkPackages(folder: string): void {
  const installed = join(ROOT, 'node_modules');
  mkdirSync(join(folder, '@hallway'), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name !== '@hallway') symlinkSync(join(installed, name), join(folder, name));
  }
  // npm makes them relative, so that the same links lead from the copy into the copy.
  for (const name of readdirSync(join(installed, '@hallway'))) {
    symlinkSync(readlinkSync(join(installed, '@hallway', name)), join(folder, '@hallway', name));
  }
}

function listWithin(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).map((name) => join(folder, name));
}

/** Versions that only one workspace has. */
function linkOwnPackages(folder: string, workspace: string): void {
  const own = join(ROOT, workspace, 'node_modules');
  if (existsSync(own)) symlinkSync(own, join(folder, workspace, 'node_modules'));
}

/** An engine that was installed once is not installed again for each copy. */
function linkEngines(folder: string): void {
  const [installed, link] = [join(ROOT, '.hallway/python'), join(folder, '.hallway/python')];
  for (const path of [installed, dirname(link)]) mkdirSync(path, { recursive: true });
  symlinkSync(installed, link);
}
