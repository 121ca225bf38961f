import { type Lockfile, listLockedPackages } from './locked-packages.ts';

interface Floor {
  /** The first version without the fault. */
  from: string;
  because: string;
}

/**
 * Known faults of packages that we use, or that could come in by a dependency, and the version that ended each. Checked
 * without asking anybody, because an audit service may be out of reach; what became known later than an entry here is found
 * by `npm audit`, where that answers.
 */
export const advisoryFloors: Record<string, Floor> = {
  'socket.io': { from: '4.6.2', because: 'CVE-2024-38355: an unhandled error ends the process' },
  'socket.io-parser': {
    from: '4.2.6',
    because: 'CVE-2026-33151: unbounded attachments; before it CVE-2023-32695, CVE-2022-2421',
  },
  'engine.io': { from: '6.6.9', because: 'carries ws 8.21; before it CVE-2022-41940, CVE-2023-31125' },
  ws: { from: '8.21.0', because: 'CVE-2026-48779: memory by tiny fragments; before it CVE-2026-45736, CVE-2024-37890' },
  fastify: { from: '5.8.5', because: 'CVE-2026-33806 and what came before it: validation is bypassed by content type' },
  '@fastify/middie': { from: '9.2.0', because: 'CVE-2026-2880: path-scoped middleware is bypassed' },
  '@fastify/express': { from: '4.0.7', because: 'CVE-2026-33807, CVE-2026-33808: path-scoped middleware is bypassed' },
  '@fastify/static': { from: '9.1.1', because: 'CVE-2026-6556: a guard is bypassed by an encoded slash' },
  mongoose: { from: '8.9.5', because: 'CVE-2024-53900, CVE-2025-23061: $where inside a populate match' },
  jsonwebtoken: { from: '9.0.0', because: 'the confusion of keys and algorithms of December 2022' },
  'xml-crypto': { from: '6.0.1', because: 'CVE-2025-29774, CVE-2025-29775: wrapped signatures' },
  samlify: { from: '2.10.0', because: 'CVE-2025-47949: wrapped signatures' },
  '@node-saml/node-saml': { from: '5.1.0', because: 'CVE-2025-54369, CVE-2025-54419: wrapped signatures' },
};

/** Packages of the lockfile, at whatever depth and for whatever use, that are older than their floor. One sentence each. */
export function findBelowFloor(lock: Lockfile, floors = advisoryFloors): string[] {
  return listLockedPackages(lock).flatMap(({ path, name, version }) => {
    const floor = floors[name];
    if (floor === undefined || isAtLeast(version, floor.from)) return [];
    return [`${path} is ${version}, below ${floor.from} (${floor.because})`];
  });
}

/** Of two versions with the same numbers, one with something behind a hyphen came before the release itself. */
function isAtLeast(version: string, floor: string): boolean {
  const [numbers = '', ...rest] = version.split('-');
  const compared = numbers.localeCompare(floor, 'en', { numeric: true });
  return compared > 0 || (compared === 0 && rest.length === 0);
}
