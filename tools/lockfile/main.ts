import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeLockfile, findMissingOptional, type Lockfile } from './complete-lockfile.ts';

const path = join(import.meta.dirname, '../../package-lock.json');
const before = JSON.parse(readFileSync(path, 'utf8')) as Lockfile;
const after = completeLockfile(before);
writeFileSync(path, `${JSON.stringify(after, null, 2)}\n`);
const added = findMissingOptional(before).length - findMissingOptional(after).length;
console.log(added === 0 ? 'package-lock.json was complete.' : `package-lock.json: added ${added} optional packages.`);
