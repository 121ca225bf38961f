import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const known = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'main.ts')));

/** Runs the benches that are named, or all, one after the other; what begins with a dash is passed on. */
function runBenches(args: string[]): number {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no bench called ${unknown.join(', ')}. There is: ${known.join(', ')}.\n`);
    return 2;
  }
  const options = args.filter((arg) => arg.startsWith('-'));
  let failed = 0;
  for (const name of names.length > 0 ? names : known) {
    const { status } = spawnSync(process.execPath, [join(folder, name, 'main.ts'), ...options], { stdio: 'inherit' });
    if (status !== 0) failed += 1;
  }
  return failed === 0 ? 0 : 1;
}

process.exitCode = runBenches(process.argv.slice(2));
