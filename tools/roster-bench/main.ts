import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { startEngines } from '../engines/index.ts';
import { writeCampus } from './campus.ts';

/**
 * Measures roster imports of a made-up campus on engines of their own: how long, and how much memory the importing process
 * takes at its peak. `--users` and `--enrolments` choose the size.
 */
const root = resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: { users: { type: 'string', default: '50000' }, enrolments: { type: 'string', default: '250000' } },
});
const size = { users: Number(values.users), enrolments: Number(values.enrolments) };

interface Measured {
  seconds: number;
  /** Of the importing process alone: on a busy machine this says more than the time. */
  cpuSeconds: number;
  peakMb: number;
  changes: string;
}

const samplePeakMs = 100;
/** As the auth service runs an import that was uploaded. */
const MEMORY_BOUNDS = ['--max-old-space-size=256', '--max-semi-space-size=8'];
/** Of the kernel's clock in /proc. */
const TICKS_PER_SECOND = 100;

async function importOnce(path: string, env: NodeJS.ProcessEnv): Promise<Measured> {
  const begun = performance.now();
  const main = join(root, 'services/auth/src/roster/main.ts');
  const child = spawn(process.execPath, [...MEMORY_BOUNDS, main, path, '--events'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let [peakMb, cpuSeconds] = [0, 0];
  const sampler = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    const times = (await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '')).split(' ');
    peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    cpuSeconds = Math.max(cpuSeconds, (Number(times[13] ?? 0) + Number(times[14] ?? 0)) / TICKS_PER_SECOND);
  }, samplePeakMs);
  let changes = 'no outcome';
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"outcome"')) continue;
    const event = JSON.parse(line) as {
      event: string;
      state?: string;
      difference?: { kind: string; counts: object }[];
    };
    if (event.event === 'outcome') changes = describe(event.state, event.difference ?? []);
  }
  clearInterval(sampler);
  return { seconds: (performance.now() - begun) / 1000, cpuSeconds, peakMb, changes };
}

function describe(state: string | undefined, difference: { kind: string; counts: object }[]): string {
  const parts = difference.flatMap(({ kind, counts }) => {
    const told = Object.entries(counts).filter(([, count]) => count > 0);
    return told.map(([verb, count]) => `${count} ${kind} ${verb}`);
  });
  return `${state}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

function environment(mongoUrl: string, redisUrl: string): NodeJS.ProcessEnv {
  const uri = new URL(mongoUrl);
  uri.pathname = `/roster${randomBytes(4).toString('hex')}`;
  return { PATH: process.env.PATH, MONGODB_URI: uri.toString(), REDIS_URL: redisUrl, REDIS_PREFIX: 'roster-bench' };
}

const folder = await mkdtemp(join(tmpdir(), 'hallway-roster-bench-'));
const engines = await startEngines({ root, lifetime: 'throwaway', say: (line) => console.log(line) });
try {
  const [first, moved] = [join(folder, 'first.zip'), join(folder, 'moved.zip')];
  await writeCampus(first, size);
  await writeCampus(moved, size, 1);
  const { size: bytes } = await stat(first);
  console.log(
    `${size.users} users, ${size.enrolments} enrolments, ZIP of ${(bytes / 1024 ** 2).toFixed(1)} MB; ` +
      `${availableParallelism()} cores, ${engines.mongo.name}, Node ${process.version}`,
  );
  const env = environment(engines.mongo.url, engines.redis.url);
  for (const [name, path] of [
    ['first import', first],
    ['the same again', first],
    ['some moved', moved],
  ] as const) {
    const { seconds, cpuSeconds, peakMb, changes } = await importOnce(path, env);
    console.log(
      `${name.padEnd(16)} ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of CPU), peak ${peakMb.toFixed(0)} MB, ${changes}`,
    );
  }
} finally {
  await engines.stop();
  await rm(folder, { recursive: true, force: true });
}
