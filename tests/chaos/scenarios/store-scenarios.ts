import { type Evidence, marked } from '../report/evidence.ts';
import { amount, type Figure, times, unmeasured, words } from '../report/figures.ts';
import { liveDeliveryOf } from '../report/live-delivery.ts';
import { readLogLines } from '../report/log-lines.ts';
import { silencesOf } from '../report/silences.ts';
import type { Scenario, Stage } from '../scenario.ts';
import { manyRooms } from './gateway-scenarios.ts';

/** Nothing reaches the engine for so long; with `kill` its server dies too, and comes back meanwhile. */
export async function takeStoreAway(
  { system, pause }: Stage,
  role: 'mongo' | 'redis',
  { kill, ms }: { kill: boolean; ms: number },
): Promise<void> {
  const proxy = system.proxies[role];
  proxy.refuseNew(true);
  if (kill) system.killEngine(role);
  proxy.cut();
  await pause(ms);
  proxy.refuseNew(false);
}

function healFigure({ measures }: Evidence): Figure {
  const what = 'healed: from the end of a fault until a client shows and knows everything';
  if (measures.healMs === null) return unmeasured(what, 'no client had anything to heal');
  return { what, unit: 'ms', value: measures.healMs };
}

export const killedRedis: Scenario = {
  id: 'T3',
  title: 'Redis is killed, and away for two seconds',
  load: manyRooms,
  bars: { healP99Ms: 5000, failedSends: 0 },
  shortSeconds: 9,
  async disturb(stage) {
    while (!stage.isOver()) {
      await stage.pause(stage.short ? 2000 : 10_000);
      await stage.fault('Redis kill -9, back after 2 s', () => takeStoreAway(stage, 'redis', { kill: true, ms: 2000 }));
      await stage.pause(stage.short ? 3000 : 8000);
    }
  },
  report(evidence) {
    const { stage, records, dump } = evidence;
    const { expected, missed, unhealed } = liveDeliveryOf(records, dump, stage.crowd.actors);
    const figures = [
      amount('fan-out lost before healing', missed, `of ${expected} live deliveries`),
      amount('fan-out lost for good', unhealed, 'messages'),
      healFigure(evidence),
    ];
    return { figures, missed: [] };
  },
};

export const emptiedRedis: Scenario = {
  id: 'T4',
  title: 'Redis is emptied',
  bars: { healP99Ms: 25_000, settledMs: 60_000, failedSends: 0 },
  async disturb(stage) {
    while (!stage.isOver()) {
      await stage.pause(stage.short ? 2000 : 7000);
      await stage.fault('FLUSHALL', () => stage.system.emptyRedis());
    }
  },
  async report(evidence) {
    const { stage, faults, verdict } = evidence;
    const rebuilt: number[] = [];
    const since = faults[0]?.beganAt ?? 0;
    for await (const { entry } of readLogLines(stage.system.stack.logFolder, since, /^worker\.log/)) {
      if (entry?.message === 'notifications were rebuilt') rebuilt.push(Number(entry.candidates));
    }
    const what = 'jobs rebuilt: notifications that were pending';
    const figures = [
      rebuilt.length === 0
        ? unmeasured(what, 'the worker looks every ten seconds, and the run ended before that')
        : amount(
            what,
            rebuilt.reduce((sum, one) => sum + one, 0),
            `in ${rebuilt.length} rebuilds`,
          ),
      amount('duplicate notifications', verdict.counts.doubleEffects, `of ${verdict.counts.notified}`),
      healFigure(evidence),
    ];
    return { figures, missed: [] };
  },
};

const askedMark = 'asked for a step-down';
const stepDownMark = 'step-down';

/** How MongoDB goes away, in turn. */
const absences = ['cut off', 'step-down', 'kill -9'] as const;

async function takeMongoAway(stage: Stage, how: (typeof absences)[number]): Promise<void> {
  const ms = stage.short ? 3000 : 10_000;
  if (how !== 'step-down') {
    const away = () => takeStoreAway(stage, 'mongo', { kill: how === 'kill -9', ms });
    return await stage.fault(`MongoDB ${how}, ${ms / 1000} s`, away);
  }
  stage.mark(askedMark, 1);
  const beganAt = Date.now();
  if (!(await stage.system.stepDownMongo())) return;
  stage.mark(stepDownMark, beganAt);
  await stage.fault('MongoDB step-down', () => stage.pause(ms));
}

export const awayMongo: Scenario = {
  id: 'T5',
  title: 'MongoDB is away, cut off or killed, and steps down where it can',
  bars: { failedSends: 0 },
  shortSeconds: 9,
  async disturb(stage) {
    for (let turn = 0; !stage.isOver(); turn += 1) {
      await stage.pause(stage.short ? 1500 : 8000);
      await takeMongoAway(stage, absences[turn % absences.length] ?? 'cut off');
    }
  },
  report({ records, faults, crowd, marks }) {
    const stepDowns = marked(marks, stepDownMark).length;
    const wasAsked = marked(marks, askedMark).length > 0;
    const figures = [
      times('unavailable: the longest time without an acknowledgement around a fault', silencesOf(records, faults)),
      triesFigure(crowd.sendTries),
      stepDowns > 0
        ? amount('step-downs of a primary', stepDowns)
        : unmeasured('step-downs of a primary', wasAsked ? 'this engine has none' : 'the run was too short for one'),
    ];
    return { figures, missed: [] };
  },
};

function triesFigure(tries: Record<string, number>): Figure {
  const sorted = Object.entries(tries).toSorted(([a], [b]) => Number(a) - Number(b));
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return unmeasured('retries of a send', 'nothing was sent');
  const retries = sorted.reduce((sum, [times, count]) => sum + Math.max(0, Number(times) - 1) * count, 0);
  const list = sorted.map(([times, count]) => `${times} × ${count}`).join(', ');
  return words('retries of a send', `${(retries / total).toFixed(2)} on average; tries by number of messages: ${list}`);
}
