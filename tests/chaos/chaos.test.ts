import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';
import { shortExtent } from './run-chaos.ts';
import { runScenario } from './run-scenario.ts';
import { scenarios } from './scenarios/all-scenarios.ts';
import { type ChaosSystem, startSystem } from './system.ts';

/** A seed that fails here fails again with `npm run chaos -- --short --seed <seed> --only <id>`. */
const seed = Math.floor(Math.random() * 2 ** 31);
const folder = mkdtempSync(join(tmpdir(), 'hallway-chaos-test-'));
let system: ChaosSystem;

beforeAll(async () => {
  system = await startSystem({
    folder: join(folder, 'system'),
    ...{ gateways: 2, messageServices: 2, random: createRandom(seed).fork('proxies'), say: () => undefined },
  });
});
afterAll(async () => {
  await system?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe(`chaos with seed ${seed}`, () => {
  it.each(scenarios.map((scenario) => [scenario.id, scenario.title, scenario] as const))(
    'when %s comes (%s), everything acknowledged is there once and in order, and everybody shows the same',
    async (id, _title, scenario) => {
      const random = createRandom(seed).fork(id);
      const shared = { scenario, system, random, folder: join(folder, id) };
      const { problems, verdict, settled } = await runScenario({ ...shared, ...shortExtent(scenario) });
      expect({ problems, violations: verdict.violations, left: settled.left }).toEqual({
        ...{ problems: [], violations: [], left: [] },
      });
    },
  );
});
