import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { listChecks, unitReportPath } from '../check/checks.ts';
import { runChecks } from '../check/run-checks.ts';
import { findChromium } from '../chromium/find-chromium.ts';
import { createGuard } from '../processes/guard.ts';
import { childEnvironment } from '../project/child-environment.ts';
import { endWithStarter } from '../project/end-with-starter.ts';
import { ROOT, STATE_FOLDER } from '../project/folders.ts';
import { tint } from '../terminal/colour.ts';
import { Refusal } from '../terminal/refusal.ts';
import { readEngineReport } from './engine-report.ts';
import { hasFailed, summarise, type TierResult } from './summary.ts';
import { countTier, listFailures } from './vitest-report.ts';

const reportFolder = join(STATE_FOLDER, 'test-reports');
/** Whatever tier is running when we are killed goes with us. */
const guard = createGuard();
const engineReport = join(reportFolder, 'engines.jsonl');

async function runCheckTier(): Promise<TierResult> {
  const began = Date.now();
  const failed = await runChecks(listChecks(reportFolder), { root: ROOT, env: childEnvironment(), guard });
  const counts = countTier(unitReportPath(reportFolder), !failed.includes('unit tests'));
  const faults = failed.filter((name) => name !== 'unit tests').map((name) => `${name} failed`);
  return {
    name: 'check',
    counts,
    ms: Date.now() - began,
    faults: [...faults, ...listFailures(unitReportPath(reportFolder))],
  };
}

async function runVitestTier(name: string, env: NodeJS.ProcessEnv): Promise<TierResult> {
  const began = Date.now();
  const report = join(reportFolder, `${name}.json`);
  const args = ['run', '--project', name, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const child = spawn(join(ROOT, 'node_modules/.bin/vitest'), args, { cwd: ROOT, env, stdio: 'inherit' });
  if (child.pid !== undefined) guard.watch(child.pid, 0);
  child.once('error', () => resolve(1));
  child.once('exit', resolve);
  const exitedWell = (await promise) === 0;
  if (child.pid !== undefined) guard.forget(child.pid);
  const counts = countTier(report, exitedWell);
  return { name, counts, ms: Date.now() - began, faults: listFailures(report) };
}

async function runBrowserTier(env: NodeJS.ProcessEnv): Promise<TierResult> {
  try {
    const { path, name } = await findChromium({ env, say: console.log });
    console.log(`  ${name}: ${path}`);
    return await runVitestTier('browser', { ...env, HALLWAY_CHROMIUM: path });
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    return { name: 'browser', counts: { passed: 0, failed: 1, skipped: 0 }, ms: 0, faults: [fault.message] };
  }
}

async function main(): Promise<number> {
  endWithStarter();
  rmSync(reportFolder, { recursive: true, force: true });
  mkdirSync(reportFolder, { recursive: true });
  const env = { ...childEnvironment(), HALLWAY_ENGINE_REPORT: engineReport };
  const tiers: TierResult[] = [];
  const run = async (title: string, tier: () => Promise<TierResult>) => {
    console.log(`\n${tint('strong', title)}\n`);
    tiers.push(await tier());
  };
  await run('Check', runCheckTier);
  await run('Integration: the services with real engines', () => runVitestTier('integration', env));
  await run('System: the whole stack with real processes', () => runVitestTier('system', env));
  await run('Chaos: every fault, and every seeded bug, short', () => runVitestTier('chaos', env));
  await run('Browser: the client in a real Chromium', () => runBrowserTier(env));
  await guard.close();
  console.log(summarise(tiers, readEngineReport(engineReport)));
  return tiers.some(hasFailed) ? 1 : 0;
}

process.exit(await main());
