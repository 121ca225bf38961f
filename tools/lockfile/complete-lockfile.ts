/**
 * npm writes an optional package into the lockfile only where the registry at hand serves it. A registry mirror that
 * carries one platform therefore yields a lockfile that npm 11.16 and later refuse (`npm ci`: "Missing … from lock
 * file"), and that leaves a Mac without its binaries. This adds the entries that are missing: name, version and
 * platform, from what the parent package asks for. They carry no checksum, so the exact version is what pins them.
 */

export interface LockedPackage {
  version?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

export interface Lockfile {
  packages: Record<string, LockedPackage>;
}

const OS_WORDS: Record<string, string> = {
  aix: 'aix',
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  sunos: 'sunos',
  win32: 'win32',
  windows: 'win32',
};

const CPU_WORDS: Record<string, string> = {
  '64': 'x64',
  arm: 'arm',
  arm64: 'arm64',
  ia32: 'ia32',
  loong64: 'loong64',
  mips64el: 'mips64el',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  wasm32: 'wasm32',
  x64: 'x64',
};

/** The platform that a package's name speaks of, or null where it names none (then nothing may be guessed). */
export function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> | null {
  const words = name.split('/').at(-1)?.split('-') ?? [];
  const os = words.map((word) => OS_WORDS[word]).find((word) => word !== undefined);
  const cpu = words.map((word) => CPU_WORDS[word]).find((word) => word !== undefined);
  if (cpu === undefined || (os === undefined && cpu !== 'wasm32')) return null;
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : undefined;
  return { ...(os === undefined ? {} : { os: [os] }), cpu: [cpu], ...(libc === undefined ? {} : { libc }) };
}

/** Node's own look-up: the nearest `node_modules` on the way up from the package that asks. */
function isLocked(packages: Lockfile['packages'], from: string, name: string): boolean {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true;
    if (at === '') return false;
  }
}

interface MissingPackage {
  name: string;
  version: string;
  dev: boolean;
}

/** The optional packages that some package of the lockfile asks for and that have no entry. */
export function findMissingOptional(lock: Lockfile): MissingPackage[] {
  return Object.entries(lock.packages).flatMap(([from, asking]) =>
    Object.entries(asking.optionalDependencies ?? {})
      .filter(([name, version]) => /^\d/.test(version) && !isLocked(lock.packages, from, name))
      .map(([name, version]) => ({ name, version, dev: asking.dev === true })),
  );
}

/** Answers a copy with the missing entries added, sorted as npm sorts them. Completing a complete lockfile changes nothing. */
export function completeLockfile(lock: Lockfile): Lockfile {
  const added = findMissingOptional(lock).flatMap(({ name, version, dev }) => {
    const platform = platformOf(name);
    if (platform === null) return [];
    return [[`node_modules/${name}`, { version, ...(dev ? { dev } : {}), optional: true, ...platform }] as const];
  });
  const entries = [...Object.entries(lock.packages), ...added].sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(entries) };
}
