import { createHistoryCheck, type DatabaseDump, readDatabaseDump, readHistory } from '@hallway/testkit';
import type { Crowd } from './crowd.ts';
import type { Ended, ScenarioRequest, ScenarioResult } from './played-scenario.ts';
import type { Evidence } from './report/evidence.ts';
import { missedIfAbove, missedOrUnmeasured } from './report/figures.ts';
import { readLogFaults } from './report/log-faults.ts';
import { measure } from './report/measures.ts';
import { readNotified } from './report/notified.ts';
import { readRunRecords } from './report/run-records.ts';
import type { Scenario } from './scenario.ts';

type Judging = ScenarioRequest & { beganAt: number };

/** Decides from histories, the database and the logs whether a scenario passed, and gathers what there is to report of it. */
export async function judgeScenario(request: Judging, ended: Ended): Promise<ScenarioResult> {
  const { scenario, system, beganAt, load, seconds, short } = request;
  const { crowd, counts, settled, faults, marks, notes, stage, wroteFrom, wroteTo } = ended;
  const records = await readRunRecords(crowd.historyPaths, crowd.shownPaths);
  const measures = measure(records, faults);
  const own = (await scenario.examine?.(stage, measures, { records, counts })) ?? [];
  const dump = onlyOf(await readDatabaseDump(system.mongo.connection), crowd.rooms);
  const verdict = await check(request, { crowd, dump });
  const logs = await readLogFaults(system.stack.logFolder, beganAt);
  const seen = { stage, load, wroteFrom, wroteTo, beganAt, faults, marks, records, measures, dump, verdict };
  const evidence: Evidence = { ...seen, crowd: counts };
  const { figures, missed } = (await scenario.report?.(evidence)) ?? { figures: [], missed: [] };
  const result = { verdict, measures, settled, logs, crowd: counts };
  const late = short ? [] : [...findMissed(scenario, result), ...missed];
  const problems = [...ended.problems, ...own, ...findBroken(scenario, result), ...late];
  const { id, title } = scenario;
  return { ...{ id, title, load, seconds, wroteFrom, wroteTo, faults, notes, figures, problems }, ...result };
}

async function check({ system, beganAt }: Judging, { crowd, dump }: { crowd: Crowd; dump: DatabaseDump }) {
  const checked = createHistoryCheck(dump);
  for (const path of crowd.historyPaths) for await (const event of readHistory(path)) checked.add(event);
  const ours = new Set(dump.memberships.map(({ chatRoomId }) => chatRoomId));
  for await (const event of readNotified(system.stack.logFolder, beganAt)) {
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

function findBroken({ bars }: Scenario, { verdict, settled, logs, crowd }: Judged): string[] {
  const broken = Object.entries(verdict.totals).map(([invariant, total]) => `${invariant} is broken ${total} times`);
  if (settled.withinMs === null) {
    broken.push(`it did not come to rest: ${settled.left.slice(0, 3).join('; ')}`);
    broken.push('so that views and counts were told before they were final: I1, I7 and I9 may say no more than that');
  }
  if (verdict.counts.ok === 0) broken.push('nothing was acknowledged');
  if (logs.uncaught.length > 0) broken.push(`exceptions that nobody caught: ${logs.uncaught.slice(0, 3).join('; ')}`);
  if (crowd.unhandled.length > 0) broken.push(`unhandled rejections in a client: ${crowd.unhandled[0]}`);
  return [...broken, ...missedIfAbove('messages shown as failed', crowd.failedSends, bars.failedSends)];
}

/** Times are asked for in full runs only: a few seconds have no ninety-ninth percentile. */
function findMissed({ bars }: Scenario, { measures, settled }: Judged): string[] {
  const { neverHealed } = measures;
  return [
    ...missedOrUnmeasured('resume p99 (ms)', measures.resumeMs?.p99, bars.resumeP99Ms),
    ...missedOrUnmeasured('heal p99 (ms)', measures.healMs?.p99, bars.healP99Ms),
    ...missedOrUnmeasured('take-over at worst (ms)', measures.takeOverMs?.max, bars.takeOverMaxMs),
    ...missedOrUnmeasured('time to rest (ms)', settled.withinMs, bars.settledMs),
    ...(neverHealed > 0 ? [`${neverHealed} times a client had not healed in the end`] : []),
  ];
}
