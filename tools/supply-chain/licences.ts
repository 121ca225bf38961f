import { type LockedPackage, type Lockfile, listProductionPackages } from './locked-packages.ts';

/** Licences that ask for no more than their text to be kept, as SPDX names them. Whoever adds one has read it. */
const ALLOWED = new Set([
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'Python-2.0'],
  ...['CC0-1.0', 'Unlicense', 'Zlib'],
]);

/** Packages whose metadata the lockfile cannot quote: an old form of the field, or a platform that was not at hand. */
const READ_BY_HAND: [name: RegExp, licence: string][] = [
  [/^(buildcheck|cpu-features|ssh2|xmlhttprequest-ssl)$/, 'MIT'],
  [/^@msgpackr-extract\//, 'MIT'],
];

/** The licence of a package as an SPDX expression; null where nobody has said which. */
export function licenceOf({ name, entry }: LockedPackage): string | null {
  return entry.license ?? READ_BY_HAND.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** Whether an expression can be kept to: of alternatives one, of a combination all. */
export function isAllowed(expression: string): boolean {
  const plain = expression.replace(/^\((.*)\)$/, '$1');
  return plain
    .split(/ OR /)
    .some((choice) => choice.split(/ AND /).every((licence) => ALLOWED.has(licence.replace(/[()]/g, ''))));
}

/** Packages of production whose licence is unknown or not allowed. One sentence each. */
export function findLicenceFaults(lock: Lockfile): string[] {
  return listProductionPackages(lock).flatMap((locked) => {
    const licence = licenceOf(locked);
    if (licence !== null && isAllowed(licence)) return [];
    return [`${locked.path} ${locked.version} has ${licence === null ? 'no known licence' : `the licence ${licence}`}`];
  });
}

/** The packages of production by licence, as a page for people. */
export function describeLicences(lock: Lockfile): string {
  const byLicence = new Map<string, Set<string>>();
  for (const locked of listProductionPackages(lock)) {
    const licence = licenceOf(locked) ?? 'unknown';
    byLicence.set(licence, (byLicence.get(licence) ?? new Set()).add(`${locked.name} ${locked.version}`));
  }
  const sections = [...byLicence].sort(([one], [other]) => one.localeCompare(other, 'en'));
  const text = sections.map(
    ([licence, names]) =>
      `## ${licence}\n\n${[...names]
        .sort()
        .map((name) => `- ${name}`)
        .join('\n')}\n`,
  );
  return `# Licences of what Hallway runs with\n\n${text.join('\n')}`;
}
