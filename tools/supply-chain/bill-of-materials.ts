import { createHash } from 'node:crypto';
import { licenceOf } from './licences.ts';
import { findImported, type LockedPackage, type Lockfile, listProductionPackages } from './locked-packages.ts';

export interface BillOptions {
  name: string;
  version: string;
  /** The time that stands in it, ISO 8601. */
  createdAt: string;
}

/**
 * A bill of materials of everything that is installed in production, in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json).
 * It is made from the lockfile alone: the same lockfile gives the same bill but for the time, wherever it is made.
 */
export function makeBillOfMaterials(lock: Lockfile, { name, version, createdAt }: BillOptions) {
  const packages = listProductionPackages(lock);
  const components = new Map(packages.map((locked) => [purlOf(locked), toComponent(locked)]));
  const root = `pkg:npm/${name}@${version}`;
  const edges = new Map<string, Set<string>>([[root, new Set(listRootEdges(lock, packages))]]);
  for (const locked of packages) {
    const targets = edges.get(purlOf(locked)) ?? new Set();
    for (const target of listEdges(lock, packages, locked)) targets.add(target);
    edges.set(purlOf(locked), targets);
  }
  const sorted = [...components.values()].sort((one, other) => one.purl.localeCompare(other.purl, 'en'));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(sorted))}`,
    version: 1,
    metadata: {
      timestamp: createdAt,
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': root,
        name,
        version,
        purl: root,
        licenses: [{ license: { id: 'Apache-2.0' } }],
      },
    },
    components: sorted,
    dependencies: [...edges].map(([ref, dependsOn]) => ({ ref, dependsOn: [...dependsOn].sort() })),
  };
}

function toComponent(locked: LockedPackage) {
  const { name, version, entry } = locked;
  const licence = licenceOf(locked);
  const [group, rest] = name.startsWith('@') ? name.split('/') : [undefined, name];
  return {
    type: 'library',
    'bom-ref': purlOf(locked),
    ...(group === undefined ? {} : { group }),
    name: rest ?? name,
    version,
    purl: purlOf(locked),
    scope: entry.optional === true ? 'optional' : 'required',
    ...(entry.integrity === undefined ? {} : { hashes: [{ alg: 'SHA-512', content: toHex(entry.integrity) }] }),
    ...(licence === null
      ? {}
      : { licenses: [/ (AND|OR) /.test(licence) ? { expression: licence } : { license: { id: licence } }] }),
  };
}

/** A package URL: the name that scanners look advisories up by. */
function purlOf({ name, version }: LockedPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** What a package's dependencies are resolved to from where it is installed; what is not there, such as other platforms, is left out. */
function listEdges(
  lock: Lockfile,
  packages: LockedPackage[],
  { path, entry }: Pick<LockedPackage, 'path' | 'entry'>,
): string[] {
  const wanted = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies });
  return wanted.flatMap((name) => {
    const found = packages.find((locked) => locked.path === findImported(lock, path, name));
    return found === undefined ? [] : [purlOf(found)];
  });
}

/** What the project's own folders ask for. They are one application here, so what they ask of each other is left out. */
function listRootEdges(lock: Lockfile, packages: LockedPackage[]): string[] {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => !path.includes('node_modules/') && entry.link !== true)
    .flatMap(([path, entry]) => listEdges(lock, packages, { path, entry }));
}

function toHex(integrity: string): string {
  return Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
}

/** An identifier that follows from the content, in the form of a UUID of version 8, which is for one's own kinds. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
