/** What package-lock.json says of a package. npm writes no download address here, so that any registry serves. */
export interface LockedEntry {
  version?: string;
  /** The real name, where a package is installed under another one. */
  name?: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
  link?: boolean;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

export interface Lockfile {
  lockfileVersion: number;
  packages: Record<string, LockedEntry>;
}

export interface LockedPackage {
  /** Where it is installed, from the root of the project. */
  path: string;
  name: string;
  version: string;
  entry: LockedEntry;
}

const FOLDER = 'node_modules/';

/** Every package that comes from a registry, each place where it is installed. */
export function listLockedPackages(lock: Lockfile): LockedPackage[] {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path.includes(FOLDER) && entry.link !== true)
    .map(([path, entry]) => ({
      path,
      name: entry.name ?? path.slice(path.lastIndexOf(FOLDER) + FOLDER.length),
      version: entry.version ?? '',
      entry,
    }));
}

/** Those that are there without what only development needs. */
export function listProductionPackages(lock: Lockfile): LockedPackage[] {
  return listLockedPackages(lock).filter(({ entry }) => entry.dev !== true);
}

/** The place where a package's import of `name` is found: Node's own look-up, upwards from `from`. Null where nothing is. */
export function findImported(lock: Lockfile, from: string, name: string): string | null {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf(`/${FOLDER}`), 0))) {
    const path = `${at === '' ? '' : `${at}/`}${FOLDER}${name}`;
    if (lock.packages[path] !== undefined) return path;
    if (at === '') return null;
  }
}
