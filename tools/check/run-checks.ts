import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Guard } from '../processes/guard.ts';
import { duration, tint } from '../terminal/colour.ts';
import type { Check } from './checks.ts';

/** The checks are busy, not waiting: more at once than this only makes each slower on a small machine. */
const AT_ONCE = 2;

/** Of a check that failed; the beginning of what it says is dropped first. */
const MAX_OUTPUT_CHARS = 60_000;

interface CheckSetting {
  root: string;
  env: NodeJS.ProcessEnv;
  guard: Guard;
}

/** Runs all checks. Prints a line for each, and the output of those that failed. Answers the names of the failed ones. */
export async function runChecks(checks: Check[], setting: CheckSetting): Promise<string[]> {
  const waiting = [...checks];
  const failed: string[] = [];
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const { ok, output, ms } = await runOne(check, setting);
      const glyph = ok ? tint('good', '✓') : tint('bad', '!');
      console.log(`  ${glyph} ${check.name.padEnd(12)} ${duration(ms)}`);
      if (ok) continue;
      failed.push(check.name);
      console.log(`\n${output.trim()}\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failed;
}

async function runOne(check: Check, { root, env, guard }: CheckSetting) {
  const began = Date.now();
  const { promise, resolve } = Promise.withResolvers<{ ok: boolean; output: string; ms: number }>();
  const child = spawn(join(root, 'node_modules/.bin', check.program), check.args, {
    cwd: root,
    env: { ...env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) guard.watch(child.pid, 0);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-MAX_OUTPUT_CHARS);
    });
  }
  child.once('error', (fault) => resolve({ ok: false, output: fault.message, ms: Date.now() - began }));
  child.once('close', (code) => {
    if (child.pid !== undefined) guard.forget(child.pid);
    resolve({ ok: code === 0, output, ms: Date.now() - began });
  });
  return promise;
}
