import { existsSync, globSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Manifest {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** What runs nothing: tests and what only they read, and the settings of compilers. */
const NOT_AT_RUN_TIME = [
  '{libs,services}/*/test',
  '{libs,services}/*/src/**/*.test.ts',
  '{libs,services}/*/tsconfig*.json',
  '{libs,services}/*/.turbo',
];

/**
 * Deletes from a copy of the project whatever no service needs at run time: packages and workspaces that none of them reaches
 * through its dependencies, and tests. npm itself keeps every workspace and all that those need, development included.
 * Answers how much is left. Running it again changes nothing.
 */
export function keepRuntime(root: string): { packages: number; workspaces: number } {
  const services = globSync('services/*/package.json', { cwd: root }).map((path) => dirname(join(root, path)));
  const kept = reach(services.map((folder) => realpathSync(folder)));
  const modules = join(root, 'node_modules');
  for (const path of NOT_AT_RUN_TIME.flatMap((pattern) => globSync(pattern, { cwd: root }))) remove(join(root, path));
  pruneModules(modules, kept);
  // Where npm remembers what it has installed, which is no longer true.
  remove(join(modules, '.package-lock.json'));
  for (const path of globSync('{libs,services,tools}/*', { cwd: root }))
    if (!kept.has(realpathSync(join(root, path)))) remove(join(root, path));
  const workspaces = [...kept].filter((folder) => !folder.startsWith(realpathSync(modules))).length;
  return { packages: kept.size - workspaces, workspaces };
}

/** The folders of all packages that these need, themselves included. */
function reach(folders: string[]): Set<string> {
  const found = new Set(folders);
  for (const folder of found) {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    // An optional or a peer that is not there was not wanted on this machine; a missing dependency breaks at the start.
    const names = { ...manifest.peerDependencies, ...manifest.optionalDependencies, ...manifest.dependencies };
    for (const name of Object.keys(names)) {
      const path = resolvePackage(name, folder);
      if (path !== null) found.add(path);
      else if (manifest.dependencies?.[name] !== undefined && manifest.optionalDependencies?.[name] === undefined)
        throw new Error(`${folder} needs ${name}, which is not installed`);
    }
  }
  return found;
}

/** As Node looks for a package: in every `node_modules` from there upwards. */
function resolvePackage(name: string, from: string): string | null {
  const path = join(from, 'node_modules', name);
  if (existsSync(join(path, 'package.json'))) return realpathSync(path);
  return dirname(from) === from ? null : resolvePackage(name, dirname(from));
}

function pruneModules(modules: string, kept: Set<string>): void {
  for (const path of packagesIn(modules)) {
    if (!kept.has(realpathSync(path))) remove(path);
    else if (existsSync(join(path, 'node_modules'))) pruneModules(join(path, 'node_modules'), kept);
  }
  // Commands of packages, none of which a service runs.
  remove(join(modules, '.bin'));
  for (const scope of readdirSync(modules).filter((name) => name.startsWith('@')))
    if (readdirSync(join(modules, scope)).length === 0) remove(join(modules, scope));
}

function packagesIn(modules: string): string[] {
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => (name.startsWith('@') ? readdirSync(join(modules, name)).map((own) => join(name, own)) : [name]))
    .map((name) => join(modules, name));
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
