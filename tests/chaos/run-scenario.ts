import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  createHistoryCheck,
  type DatabaseDump,
  type HistoryVerdict,
  readDatabaseDump,
  readHistory,
} from '@hallway/testkit';
import { type Campus, makeCampus } from './campus.ts';
import type { CrowdCounts } from './crowd/crowd-protocol.ts';
import { type Crowd, startCrowd } from './crowd.ts';
import type { Random } from './random.ts';
import { type LogFaults, readLogFaults } from './report/log-faults.ts';
import { type Measures, measure } from './report/measures.ts';
import { readNotified } from './report/notified.ts';
import { readRunRecords } from './report/run-records.ts';
import type { Fault, Load, Scenario, Stage } from './scenario.ts';
import { type Settled, settle } from './settle.ts';
import type { ChaosSystem } from './system.ts';

export interface ScenarioRequest {
  scenario: Scenario;
  system: ChaosSystem;
  load: Load;
  random: Random;
  /** For how long things are broken. */
  seconds: number;
  short: boolean;
  folder: string;
  processes: number;
}

export interface ScenarioResult {
  id: string;
  title: string;
  load: Load;
  seconds: number;
  faults: Fault[];
  verdict: HistoryVerdict;
  crowd: CrowdCounts;
  measures: Measures;
  settled: Settled;
  logs: LogFaults;
  notes: string[];
  /** Why the scenario is not passed. Empty: it is. */
  problems: string[];
}

const healWithinMs = 30_000;
// Heads of open rooms are compared every 20 s, so that a message that was lost on its way is found after that at the latest.
const settleWithinMs = 60_000;
// What was broken last is met by some writing as well.
const tailMs = 1500;

/** Plays one scenario: people write, things break, everything heals and comes to rest, and the history is checked. */
export async function runScenario(request: ScenarioRequest): Promise<ScenarioResult> {
  const { scenario, system, random, folder, processes } = request;
  const load = scenario.load?.(request.load) ?? request.load;
  const beganAt = Date.now();
  mkdirSync(folder, { recursive: true });
  const campus = await makeCampus(system, load, random.fork('campus'));
  const crowd = await startCrowd({ origin: system.origin, actors: campus.actors, folder, processes });
  try {
    const play = createStage(request, { campus, crowd });
    await crowd.write(load.perSecond / campus.actors.length);
    await scenario.disturb(play.stage);
    await play.stage.pause(tailMs);
    if (!(await system.heal(healWithinMs)))
      play.problems.push('not every process was ready again 30 s after the faults');
    await crowd.rest();
    const settled = await settle(system, crowd, settleWithinMs);
    const counts = await crowd.finish();
    return await judge({ ...request, load, beganAt }, { ...play, crowd, counts, settled });
  } finally {
    await crowd.stop();
  }
}

interface Play {
  stage: Stage;
  faults: Fault[];
  notes: string[];
  problems: string[];
}

function createStage({ system, seconds, short, random }: ScenarioRequest, on: { campus: Campus; crowd: Crowd }): Play {
  const [faults, notes, problems]: [Fault[], string[], string[]] = [[], [], []];
  const endAt = Date.now() + seconds * 1000;
  const stage: Stage = {
    ...{ system, short, seconds, ...on },
    random: random.fork('faults'),
    note: (line) => void notes.push(line),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    isOver: () => Date.now() >= endAt,
    async fault(label, during) {
      const beganAt = Date.now();
      await during?.();
      faults.push({ label, beganAt, endedAt: Date.now() });
    },
  };
  return { stage, faults, notes, problems };
}

type Ended = Play & { crowd: Crowd; counts: CrowdCounts; settled: Settled };

async function judge(request: ScenarioRequest & { beganAt: number }, ended: Ended): Promise<ScenarioResult> {
  const { scenario, system, beganAt, load, seconds, short } = request;
  const { crowd, counts, settled, faults, notes, stage } = ended;
  const measures = measure(await readRunRecords(crowd.historyPaths, crowd.shownPaths), faults);
  const own = (await scenario.examine?.(stage, measures)) ?? [];
  const verdict = await check(request, crowd);
  const logs = await readLogFaults(system.stack.logFolder, beganAt);
  const result = { verdict, measures, settled, logs, crowd: counts };
  const problems = [...ended.problems, ...own, ...findBroken(result), ...(short ? [] : findMissed(scenario, result))];
  const { id, title } = scenario;
  return { ...{ id, title, load, seconds, faults, notes, problems }, ...result };
}

async function check({ system, scenario, beganAt }: ScenarioRequest & { beganAt: number }, crowd: Crowd) {
  const dump = onlyOf(await readDatabaseDump(system.mongo.connection), crowd.rooms);
  const checked = createHistoryCheck(dump, scenario.emptiesRedis ? { marksSurvive: false } : {});
  for (const path of crowd.historyPaths) for await (const event of readHistory(path)) checked.add(event);
  const ours = new Set(dump.memberships.map(({ chatRoomId }) => chatRoomId));
  for (const event of await readNotified(join(system.stack.logFolder, 'worker.log'), beganAt)) {
    if (event.kind === 'notified' && ours.has(event.chatRoomId)) checked.add(event);
  }
  return checked.finish();
}

/** The database holds the rooms of earlier scenarios too, of which this history knows nothing. */
function onlyOf(dump: DatabaseDump, rooms: ReadonlySet<string>): DatabaseDump {
  const messages = dump.messages.filter(({ chatRoomId }) => rooms.has(chatRoomId));
  const ids = new Set(messages.map(({ id }) => id));
  return {
    rooms: dump.rooms.filter(({ id }) => rooms.has(id)),
    memberships: dump.memberships.filter(({ chatRoomId }) => rooms.has(chatRoomId)),
    messages,
    readMarks: dump.readMarks.filter(({ chatRoomId }) => rooms.has(chatRoomId)),
    notifications: dump.notifications.filter(({ messageId }) => ids.has(messageId)),
  };
}

type Judged = Pick<ScenarioResult, 'verdict' | 'measures' | 'settled' | 'logs' | 'crowd'>;

function findBroken({ verdict, settled, logs, crowd }: Judged): string[] {
  const broken = Object.entries(verdict.totals).map(([invariant, total]) => `${invariant} is broken ${total} times`);
  if (settled.withinMs === null) broken.push(`it did not come to rest: ${settled.left.slice(0, 3).join('; ')}`);
  if (verdict.counts.ok === 0) broken.push('nothing was acknowledged');
  if (logs.uncaught.length > 0) broken.push(`exceptions that nobody caught: ${logs.uncaught.slice(0, 3).join('; ')}`);
  if (crowd.unhandled.length > 0) broken.push(`unhandled rejections in a client: ${crowd.unhandled[0]}`);
  return broken;
}

/** Times are asked for in full runs only: a few seconds have no ninety-ninth percentile. */
function findMissed({ bars }: Scenario, { measures, settled, crowd }: Judged): string[] {
  const missed: string[] = [];
  const ask = (what: string, reached: number | null | undefined, bar: number | undefined) => {
    if (bar !== undefined && reached != null && reached > bar) missed.push(`${what} is ${reached}, to reach is ${bar}`);
  };
  ask('resume p99 (ms)', measures.resumeMs?.p99, bars.resumeP99Ms);
  ask('heal p99 (ms)', measures.healMs?.p99, bars.healP99Ms);
  ask('take-over at worst (ms)', measures.takeOverMs?.max, bars.takeOverMaxMs);
  ask('time to rest (ms)', settled.withinMs, bars.settledMs);
  ask('messages shown as failed', crowd.failedSends, bars.failedSends);
  return missed;
}
