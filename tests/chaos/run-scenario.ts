import { mkdirSync } from 'node:fs';
import { type Campus, makeCampus } from './campus.ts';
import { type Crowd, startCrowd } from './crowd.ts';
import { judgeScenario } from './judge-scenario.ts';
import type { Play, ScenarioRequest, ScenarioResult } from './played-scenario.ts';
import type { Fault, Mark, Stage } from './scenario.ts';
import { settle } from './settle.ts';

// Enough for a machine that is busy with other things; how long it really took is reported, and judged where a row asks.
const healWithinMs = 90_000;
const usualSettleMs = 120_000;
const untilWithinMs = 120_000;
// What was broken last is met by some writing as well.
const tailMs = 1500;

/** Plays one scenario: people write, things break, everything heals and comes to rest, and the history is checked. */
export async function runScenario(request: ScenarioRequest): Promise<ScenarioResult> {
  const { scenario, system, random, folder, processes, settleWithinMs = usualSettleMs } = request;
  const load = scenario.load?.(request.load, request.short) ?? request.load;
  mkdirSync(folder, { recursive: true });
  // What an earlier scenario left broken is not this one's fault.
  if (!(await system.heal(healWithinMs))) throw new Error('Not every process was ready before the scenario began.');
  const beganAt = Date.now();
  const campus = await makeCampus(system, load, random.fork('campus'));
  const crowd = await startCrowd({ origin: system.origin, actors: campus.actors, folder, processes });
  try {
    const play = createStage({ ...request, load }, { campus, crowd });
    const wroteFrom = Date.now();
    await crowd.write(load.perSecond / campus.actors.length);
    await scenario.disturb(play.stage);
    await play.stage.pause(tailMs);
    if (!(await system.heal(healWithinMs)))
      play.problems.push(`not every process was ready again ${healWithinMs / 1000} s after the faults`);
    await crowd.rest();
    const wroteTo = Date.now();
    const settled = await settle(system, crowd, settleWithinMs);
    const counts = await crowd.finish();
    return await judgeScenario({ ...request, load, beganAt }, { ...play, crowd, counts, settled, wroteFrom, wroteTo });
  } finally {
    await crowd.stop();
  }
}

function createStage(request: ScenarioRequest, on: { campus: Campus; crowd: Crowd }): Play {
  const { system, seconds, short, random, load } = request;
  const [faults, notes, problems, marks]: [Fault[], string[], string[], Mark[]] = [[], [], [], []];
  const endAt = Date.now() + seconds * 1000;
  const stage: Stage = {
    ...{ system, short, seconds, load, ...on },
    random: random.fork('faults'),
    note: (line) => void notes.push(line),
    mark: (what, value) => void marks.push({ what, value, at: Date.now() }),
    pause,
    until: waitUntil,
    isOver: () => Date.now() >= endAt,
    async fault(label, during) {
      const beganAt = Date.now();
      await during?.();
      faults.push({ label, beganAt, endedAt: Date.now() });
    },
  };
  return { stage, faults, marks, notes, problems };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function waitUntil(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + untilWithinMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${untilWithinMs / 1000} s.`);
    await pause(100);
  }
}
