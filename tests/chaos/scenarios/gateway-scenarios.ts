import { type Evidence, marked } from '../report/evidence.ts';
import { amount, type Figure, times } from '../report/figures.ts';
import { liveDeliveryOf } from '../report/live-delivery.ts';
import { peakPerSecond } from '../report/reconnections.ts';
import type { Load, Scenario, Stage } from '../scenario.ts';

/** The row asks for 200 people, 20 rooms and 500 messages a second. */
export const manyRooms = (usual: Load, short: boolean): Load =>
  short ? usual : { ...usual, groups: 12, directRooms: 8, perSecond: 30 };

/** Kills one gateway at a time: the next only when all are back, so that there always is one to go to. */
export async function killGateways(stage: Stage): Promise<void> {
  const { system, random, short } = stage;
  const allReady = async () => (await Promise.all(system.gateways.map(system.isReady))).every(Boolean);
  while (!stage.isOver()) {
    await stage.pause(short ? 1500 : 5000);
    await stage.until('every gateway is back', allReady);
    const gateway = random.pick(system.gateways);
    await stage.fault(`kill -9 ${gateway}`, () => system.signal(gateway, 'SIGKILL'));
  }
}

export const drainMark = 'drain (ms)';

/** An orderly stop, and the wait until the process is there again as another one. */
export async function restart(stage: Stage, name: string): Promise<void> {
  const { system } = stage;
  await stage.until(`${name} is there before it is stopped`, () => system.isReady(name));
  const before = system.stack.pidOf(name);
  const signalledAt = Date.now();
  await stage.fault(`SIGTERM ${name}`, () => system.signal(name, 'SIGTERM'));
  await stage.until(`${name} has ended`, () => !system.isAlive(before));
  if (system.gateways.includes(name)) stage.mark(drainMark, Date.now() - signalledAt);
  await stage.until(`${name} is back`, async () => system.stack.pidOf(name) !== before && (await system.isReady(name)));
}

function resumeFigures({ measures, crowd, verdict }: Evidence): Figure[] {
  return [
    amount('lost', verdict.counts.lost, 'messages'),
    amount('doubled', verdict.counts.doubled, 'messages'),
    measures.resumeMs === null
      ? times('resume', [])
      : { what: 'resume: from the loss of a connection to everything shown', unit: 'ms', value: measures.resumeMs },
    amount('fetched again', crowd.historyFetches, 'pages of history'),
  ];
}

export const killedGateways: Scenario = {
  id: 'T1',
  title: 'A gateway is killed every few seconds',
  load: manyRooms,
  bars: { resumeP99Ms: 3000, failedSends: 0 },
  disturb: killGateways,
  report: (evidence) => ({ figures: resumeFigures(evidence), missed: [] }),
};

export const rollingRestarts: Scenario = {
  id: 'T2',
  title: 'Everything is restarted in turn by SIGTERM',
  load: manyRooms,
  bars: { failedSends: 0 },
  async disturb(stage) {
    const { gateways, messageServices } = stage.system;
    const rounds = stage.short ? 1 : 3;
    for (let round = 0; round < rounds; round += 1) {
      for (const name of [...gateways, ...messageServices, 'worker', 'auth']) {
        await restart(stage, name);
        await stage.pause(stage.short ? 200 : 1000);
      }
    }
    while (!stage.isOver()) await stage.pause(250);
  },
  report({ stage, marks, records, dump, crowd }) {
    const { expected, missed, gaps, unhealed } = liveDeliveryOf(records, dump, stage.crowd.actors);
    const figures = [
      amount('reconnects at their peak', peakPerSecond(records.breaks), 'a second'),
      times('drain: from SIGTERM to the end of a gateway', marked(marks, drainMark)),
      amount('gaps found', gaps, `gaps of ${missed} messages in ${expected} live deliveries`),
      amount('gaps not healed', unhealed, 'messages'),
      amount('messages shown as failed', crowd.failedSends),
    ];
    return { figures, missed: [] };
  },
};
