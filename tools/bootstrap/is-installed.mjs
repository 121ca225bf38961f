/**
 * Whether npm's record of what it installed holds everything that the lockfile asks for, in the same versions.
 * Packages for other platforms are optional, and so are not missed.
 * @param {{ packages: Record<string, { version?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }> }} lockfile
 * @param {{ packages: Record<string, { version?: string }> }} installed
 */
export function isInstalled(lockfile, installed) {
  const wanted = Object.entries(lockfile.packages).filter(([place]) => place.includes('node_modules/'));
  const places = new Set(wanted.map(([place]) => place));
  const noneMissing = wanted.every(([place, { version, link, optional, devOptional }]) => {
    const there = installed.packages[place];
    if (there === undefined) return optional === true || devOptional === true;
    return link === true || there.version === version;
  });
  return (
    noneMissing &&
    Object.keys(installed.packages).every((place) => places.has(place) || !place.includes('node_modules/'))
  );
}
