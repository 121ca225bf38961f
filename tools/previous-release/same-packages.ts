interface LockedPackage {
  version?: string;
  link?: boolean;
  /** Where a link leads: the folder of a workspace. */
  resolved?: string;
  dev?: boolean;
  optional?: boolean;
  devOptional?: boolean;
}

export interface Lockfile {
  packages: Record<string, LockedPackage>;
}

/** Whether everything that runs under one lockfile is installed in the same version, in the same place, under the other. Pure. */
export function hasSamePackages(wanted: Lockfile, installed: Lockfile): boolean {
  return Object.entries(wanted.packages).every(([path, { version, link, dev, optional, devOptional }]) => {
    const isInstalled = path.includes('node_modules/') && !link;
    if (!isInstalled || dev || optional || devOptional) return true;
    return installed.packages[path]?.version === version;
  });
}

/** The workspaces of a lockfile, as names in `node_modules` and folders. Pure. */
export function listWorkspaces({ packages }: Lockfile): { path: string; folder: string }[] {
  return Object.entries(packages).flatMap(([path, { link, resolved }]) =>
    link && resolved !== undefined ? [{ path, folder: resolved }] : [],
  );
}
