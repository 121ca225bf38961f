import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, STATE_FOLDER } from '../../tools/project/folders.ts';
import { createRandom } from './random.ts';
import { shortExtent } from './run-chaos.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/all-scenarios.ts';
import { type ChaosSystem, startSystem } from './system.ts';

/** A seed that fails here fails again with `npm run chaos -- --short --seed <seed> --only <id>`. */
const seed = Math.floor(Math.random() * 2 ** 31);
const folder = mkdtempSync(join(tmpdir(), 'hallway-chaos-test-'));
const evidence = join(STATE_FOLDER, 'chaos', `test-seed-${seed}`);
// Engines that have to be installed first, and a stack that starts on a busy machine.
const startWithinMs = 300_000;
// Seconds of faults, and then as long as a busy machine needs until everything is at rest.
const playWithinMs = 600_000;
let system: ChaosSystem;

beforeAll(async () => {
  system = await startSystem({
    folder: join(folder, 'system'),
    ...{ gateways: 2, messageServices: 2, random: createRandom(seed).fork('proxies'), say: () => undefined },
  });
}, startWithinMs);
afterAll(async () => {
  await system?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Plays a scenario. The histories and logs of one that does not pass are kept: what happened once may not happen again. */
async function play(scenario: Scenario) {
  const { id } = scenario;
  const own = { system, random: createRandom(seed).fork(id), folder: join(folder, id) };
  let passed = false;
  try {
    const { problems, verdict, settled } = await runScenario({ scenario, ...own, ...shortExtent(scenario) });
    passed = problems.length === 0;
    return { problems, violations: verdict.violations, left: settled.left };
  } finally {
    if (!passed) keepEvidence(own.folder, id);
  }
}

function keepEvidence(histories: string, id: string): void {
  cpSync(histories, join(evidence, id), { recursive: true });
  cpSync(system.stack.logFolder, join(evidence, `${id}-logs`), { recursive: true });
}

describe(`chaos with seed ${seed}, evidence of what fails in ${relative(ROOT, evidence)}`, () => {
  it.each(
    scenarios
      .filter(({ onlyWhenAsked }) => !onlyWhenAsked)
      .map((scenario) => [scenario.id, scenario.title, scenario] as const),
  )(
    'when %s comes (%s), everything acknowledged is there once and in order, and everybody shows the same',
    async (_id, _title, scenario) => {
      expect(await play(scenario)).toEqual({ problems: [], violations: [], left: [] });
    },
    playWithinMs,
  );
});
