import { join } from 'node:path';
import { endWithStarter } from '../../../tools/project/end-with-starter.ts';
import { createRandom } from '../random.ts';
import { runScenario } from '../run-scenario.ts';
import type { Load, Scenario } from '../scenario.ts';
import { type ChaosSystem, startSystem } from '../system.ts';
import { cutConnections } from './cut-connections.ts';
import { killedWriter } from './killed-writer.ts';
import { createOldNews } from './old-news.ts';
import type { PlayedScenario, PlayReply, PlayRequest } from './play-protocol.ts';

/** Enough to meet each bug many times, and little beside what else runs: one process of each kind is enough as well. */
const load: Load = {
  ...{ clients: 6, secondDevices: 1, groups: 2, membersPerGroup: 4, absentPerGroup: 1, directRooms: 1 },
  perSecond: 10,
};

const request = JSON.parse(process.argv[2] ?? '') as PlayRequest;
const prefix = process.env.REDIS_PREFIX ?? '';
const scenarios: Scenario[] = [cutConnections, killedWriter, createOldNews({ prefix })];

let hasStarted = false;

async function play(system: ChaosSystem): Promise<PlayedScenario[]> {
  hasStarted = true;
  const played: PlayedScenario[] = [];
  for (const scenario of scenarios.filter(({ id }) => request.scenarios.includes(id))) {
    const began = Date.now();
    const result = await runScenario({
      ...{ scenario, system, load, random: createRandom(request.seed).fork(scenario.id), short: true, seconds: 0 },
      ...{ processes: 1, folder: join(request.folder, scenario.id), settleWithinMs: request.settleWithinMs },
    });
    const { violations, totals, counts } = result.verdict;
    const seconds = Math.round((Date.now() - began) / 1000);
    played.push({
      ...{ id: scenario.id, violations, totals, seconds },
      ...{ problems: result.problems, acknowledged: counts.ok },
    });
  }
  return played;
}

async function playOnSystem(): Promise<PlayedScenario[]> {
  const stop = Promise.withResolvers<never>();
  // While the system starts nobody awaits it.
  stop.promise.catch(() => undefined);
  process.once('SIGTERM', () => stop.reject(new Error('It was told to stop.')));
  const random = createRandom(request.seed).fork('proxies');
  const parts = { gateways: 1, messageServices: 1, random, say: () => undefined };
  const system = await startSystem({ folder: join(request.folder, 'system'), ...parts });
  try {
    return await Promise.race([play(system), stop.promise]);
  } finally {
    await system.stop();
  }
}

endWithStarter();
const reply = await playOnSystem().then(
  (played): PlayReply => ({ played }),
  (cause: Error): PlayReply => ({ fault: cause.stack ?? String(cause), hasStarted }),
);
process.send?.(reply, () => process.exit(0));
