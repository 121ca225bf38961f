import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, STATE_FOLDER } from '../project/folders.ts';
import { findBelowFloor } from './advisory-floors.ts';
import { makeBillOfMaterials } from './bill-of-materials.ts';
import { describeLicences, findLicenceFaults } from './licences.ts';
import { findLockfileFaults } from './lint-lockfile.ts';
import type { Lockfile } from './locked-packages.ts';

/** Writes the bill of materials and the list of licences; ends with 1 where the lockfile has something that it must not have. */
const { values } = parseArgs({ options: { out: { type: 'string' } } });
const folder = resolve(values.out ?? join(STATE_FOLDER, 'sbom'));
const readJson = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const lock: Lockfile = readJson('package-lock.json');
const { name, version, allowScripts } = readJson('package.json');

const bill = makeBillOfMaterials(lock, { name, version, createdAt: new Date().toISOString() });
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'hallway.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`);
writeFileSync(join(folder, 'licences.md'), describeLicences(lock));
console.log(`  ${bill.components.length} packages: ${join(folder, 'hallway.cdx.json')} and licences.md beside it`);

const faults = [...findLockfileFaults(lock, { allowScripts }), ...findBelowFloor(lock), ...findLicenceFaults(lock)];
for (const fault of faults) console.error(`  ! ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
