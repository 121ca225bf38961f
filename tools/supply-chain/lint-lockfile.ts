import { type LockedPackage, type Lockfile, listLockedPackages } from './locked-packages.ts';

export interface LockfileRules {
  /** `allowScripts` of package.json: what may run a script of its own when it is installed, and what was looked at and may not. */
  allowScripts: Record<string, boolean>;
}

/** An alias that npm's own packages bring for programs of two module systems; any other would hide what is installed. */
const KNOWN_ALIASES = new Set(['string-width', 'strip-ansi', 'wrap-ansi']);

/**
 * What in the lockfile could bring something else than was looked at: a download from elsewhere, a package without a checksum,
 * a script that nobody decided about, another name. One sentence each.
 */
export function findLockfileFaults(lock: Lockfile, rules: LockfileRules): string[] {
  const faults = listLockedPackages(lock).flatMap((locked) => [
    ...findSourceFaults(locked),
    ...findChecksumFaults(locked),
    ...findScriptFaults(locked, rules),
    ...findNameFaults(locked),
  ]);
  return lock.lockfileVersion === 3 ? faults : [`the lockfile has version ${lock.lockfileVersion}, not 3`, ...faults];
}

function findSourceFaults({ path, version, entry: { resolved } }: LockedPackage): string[] {
  const faults: string[] = [];
  if (!/^\d+\.\d+\.\d+([-+][\w.+-]+)?$/.test(version)) faults.push(`${path} has no plain version but "${version}"`);
  if (resolved !== undefined && !resolved.startsWith('https://')) {
    faults.push(`${path} is fetched from ${resolved.split('?')[0]}: only a registry over https serves packages`);
  }
  return faults;
}

function findChecksumFaults({ path, entry: { integrity, optional } }: LockedPackage): string[] {
  // What tools/lockfile adds for platforms that no registry at hand served has a version and no checksum.
  if (integrity === undefined) return optional === true ? [] : [`${path} has no checksum`];
  return /^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity) ? [] : [`${path} has a checksum that is no SHA-512`];
}

function findScriptFaults({ path, name, entry }: LockedPackage, { allowScripts }: LockfileRules): string[] {
  if (entry.hasInstallScript !== true || name in allowScripts) return [];
  return [`${path} wants to run a script when it is installed: decide in "allowScripts" of package.json`];
}

function findNameFaults({ path, name }: LockedPackage): string[] {
  return path.endsWith(`node_modules/${name}`) || KNOWN_ALIASES.has(name) ? [] : [`${path} is really ${name}`];
}
