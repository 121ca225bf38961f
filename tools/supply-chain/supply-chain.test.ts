import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../project/folders.ts';
import { advisoryFloors, findBelowFloor } from './advisory-floors.ts';
import { makeBillOfMaterials } from './bill-of-materials.ts';
import { describeLicences, findLicenceFaults, isAllowed } from './licences.ts';
import { findLockfileFaults } from './lint-lockfile.ts';
import { type LockedEntry, type Lockfile, listProductionPackages } from './locked-packages.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const lock = JSON.parse(read('package-lock.json')) as Lockfile;
const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: Record<string, boolean> };

const integrity = `sha512-${'A'.repeat(86)}==`;
const lockOf = (packages: Record<string, LockedEntry>): Lockfile => ({ lockfileVersion: 3, packages });
const one = (entry: LockedEntry, path = 'node_modules/one') =>
  lockOf({ [path]: { version: '1.0.0', integrity, ...entry } });

describe('package-lock.json', () => {
  it('brings nothing from elsewhere, nothing unchecked, and no script that nobody decided about', () => {
    expect(findLockfileFaults(lock, { allowScripts })).toEqual([]);
  });

  it('has no package below the version that ended a known fault', () => {
    expect(findBelowFloor(lock)).toEqual([]);
  });

  it('has no package of production whose licence is unknown or not allowed', () => {
    expect(findLicenceFaults(lock)).toEqual([]);
    expect(listProductionPackages(lock).length).toBeGreaterThan(100);
  });

  it('has decided about no script that is not there any more', () => {
    const wanting = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    const names = wanting.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(Object.keys(allowScripts).filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe('findLockfileFaults', () => {
  it.each([
    ['a Git repository', { resolved: 'git+ssh://git@example.org/one.git#abc' }, /is fetched from git\+ssh/],
    ['plain HTTP', { resolved: 'http://example.org/one.tgz' }, /is fetched from http:/],
    ['a file', { resolved: 'file:../one.tgz' }, /is fetched from file:/],
    ['no plain version', { version: 'latest' }, /has no plain version but "latest"/],
    ['no checksum', { integrity: undefined }, /has no checksum$/],
    ['a weak checksum', { integrity: 'sha1-AAAA' }, /no SHA-512/],
    ['a script', { hasInstallScript: true }, /wants to run a script/],
    ['another name', { name: 'two' }, /is really two/],
  ])('when a package has %s, says so', (_what, entry, text) => {
    expect(findLockfileFaults(one(entry as LockedEntry), { allowScripts: {} })).toEqual([expect.stringMatching(text)]);
  });

  it('when a script was decided about, or an address is https, is content', () => {
    const entry = { hasInstallScript: true, resolved: 'https://registry.example/one.tgz' };
    expect(findLockfileFaults(one(entry), { allowScripts: { one: false } })).toEqual([]);
    expect(findLockfileFaults({ ...one({}), lockfileVersion: 2 }, { allowScripts })).toHaveLength(1);
  });
});

describe('findBelowFloor', () => {
  it.each(Object.entries(advisoryFloors))('when %s is older than its floor at any depth, says so', (name, { from }) => {
    const at = (version: string) => findBelowFloor(one({ version }, `node_modules/other/node_modules/${name}`));
    expect(at(from)).toEqual([]);
    expect(at('99.0.0')).toEqual([]);
    expect(at(`${from}-rc.1`)).toHaveLength(1);
    expect(at('0.0.1')).toEqual([expect.stringContaining(`below ${from}`)]);
  });

  it('when numbers grow a digit, compares them as numbers', () => {
    const floors = { one: { from: '6.6.9', because: 'a test' } };
    expect(findBelowFloor(one({ version: '6.6.12' }), floors)).toEqual([]);
    expect(findBelowFloor(one({ version: '6.6.8' }), floors)).toHaveLength(1);
  });
});

describe('licences', () => {
  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['Apache-2.0 AND MIT', true],
    ['Apache-2.0 AND GPL-3.0-only', false],
    ['AGPL-3.0-only', false],
    ['SEE LICENSE IN LICENSE.md', false],
    ['UNLICENSED', false],
  ])('when a package has %s, that is allowed: %s', (expression, allowed) => {
    expect(isAllowed(expression)).toBe(allowed);
    expect(findLicenceFaults(one({ license: expression }))).toHaveLength(allowed ? 0 : 1);
    // What only development needs is not shipped.
    expect(findLicenceFaults(one({ license: expression, dev: true }))).toEqual([]);
  });

  it('when a package says nothing, is not let through', () => {
    expect(findLicenceFaults(one({}))).toEqual(['node_modules/one 1.0.0 has no known licence']);
  });

  it('when listed, has every package of production under its licence', () => {
    expect(describeLicences(lock)).toMatch(/## MIT\n\n[\s\S]*- socket\.io \d/);
  });
});

describe('the bill of materials', () => {
  const bill = makeBillOfMaterials(lock, { name: 'hallway', version: '1.2.3', createdAt: '2026-01-01T00:00:00.000Z' });

  it('when made from the same lockfile, is the same; another lockfile has another serial number', () => {
    const again = makeBillOfMaterials(lock, {
      name: 'hallway',
      version: '1.2.3',
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    expect(again).toEqual(bill);
    expect(bill.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    const other = makeBillOfMaterials(one({}), {
      name: 'hallway',
      version: '1.2.3',
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    expect(other.serialNumber).not.toBe(bill.serialNumber);
  });

  it('when it names a package, does so once, with its checksum and licence, and reaches it from the application', () => {
    const refs = bill.components.map((component) => component['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    const shipped = listProductionPackages(lock).map(
      ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`,
    );
    expect(new Set(refs)).toEqual(new Set(shipped));
    for (const { purl, hashes, licenses, scope } of bill.components) {
      expect(licenses, purl).toHaveLength(1);
      if (scope === 'required') expect(hashes?.[0]?.content, purl).toMatch(/^[0-9a-f]{128}$/);
    }
    const edges = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
    const reached = new Set<string>();
    const visit = (ref: string) => {
      if (reached.has(ref)) return;
      reached.add(ref);
      for (const target of edges.get(ref) ?? []) visit(target);
    };
    visit(bill.metadata.component['bom-ref']);
    // What is asked for only as a peer is reached through nobody; it is somebody's choice in a package.json.
    expect(refs.filter((ref) => !reached.has(ref)).length).toBeLessThan(refs.length / 20);
    for (const targets of edges.values()) for (const target of targets) expect(refs).toContain(target);
  });
});

describe('deploy/docker/images.env', () => {
  const images = [...read('deploy/docker/images.env').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(
    ([, name, image]) => [name, image] as const,
  );

  it.each(images)('%s has an exact image: a tag, and behind it a digest or nothing', (_name, image) => {
    expect(image).toMatch(/^[a-z0-9][a-z0-9./-]*:[A-Za-z0-9][A-Za-z0-9._-]*(@sha256:[0-9a-f]{64})?$/);
    expect(image).not.toMatch(/:latest/);
  });
});
