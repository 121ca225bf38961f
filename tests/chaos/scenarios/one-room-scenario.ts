import type { Evidence } from '../report/evidence.ts';
import { amount, type Figure, unmeasured, words } from '../report/figures.ts';
import { readLogLines } from '../report/log-lines.ts';
import { spreadOf } from '../report/percentiles.ts';
import type { Scenario, Stage } from '../scenario.ts';
import { killGateways } from './gateway-scenarios.ts';

const writers = 50;
// From the usual pace upwards, in the quiet third of a full run: the room's own limit shows before its clients drown.
const paces = [1, 2, 4, 8];
const paceMark = 'pace (messages a second)';

/** Everybody writes faster and faster, and then at the usual pace again. */
async function speedUp({ crowd, campus, load, seconds, pause, mark }: Stage): Promise<void> {
  const write = (perSecond: number) => crowd.write(perSecond / campus.actors.length);
  for (const times of paces) {
    mark(paceMark, load.perSecond * times);
    await write(load.perSecond * times);
    await pause((seconds * 1000) / 3 / paces.length);
  }
  mark(paceMark, load.perSecond);
  await write(load.perSecond);
  // What is still on its way is no part of what the faults are measured by.
  await pause(1000);
}

export const manyWriters: Scenario = {
  id: 'T8',
  title: 'Everybody writes into one room, at rest and then while gateways are killed',
  load: (usual, short) => {
    const clients = short ? usual.clients : writers;
    const alone = { groups: 1, membersPerGroup: clients, absentPerGroup: 0, directRooms: 0, secondDevices: 0 };
    // Every message goes to everybody here.
    return { ...usual, ...alone, clients, perSecond: Math.ceil(usual.perSecond / 2) };
  },
  bars: { resumeP99Ms: 3000, failedSends: 0 },
  async disturb(stage) {
    if (stage.short) await stage.pause((stage.seconds * 1000) / 3);
    else await speedUp(stage);
    await killGateways(stage);
  },
  async report(evidence) {
    const { measures } = evidence;
    const figures = [
      await retryFigure(evidence),
      amount('acknowledged on average', perSecond(evidence), 'messages a second'),
      ...paceFigures(evidence),
      measures.ackMs === null
        ? unmeasured('acknowledged in', 'nothing was acknowledged')
        : { what: 'acknowledged in, faults included', unit: 'ms', value: measures.ackMs },
    ];
    return { figures, missed: [] };
  },
};

function perSecond({ records, wroteFrom, wroteTo }: Evidence): number {
  return records.acked.length / ((wroteTo - wroteFrom) / 1000);
}

/** For each pace: what was really acknowledged while it lasted. The largest is the ceiling that this run has seen. */
function paceFigures({ marks, records: { acked } }: Evidence): Figure[] {
  const steps = marks.filter(({ what }) => what === paceMark);
  if (steps.length === 0) return [unmeasured('ceiling', 'short runs do not speed up')];
  const reached = steps.slice(0, -1).map(({ at, value }, place) => {
    const end = steps[place + 1]?.at ?? at;
    const met = acked.filter((one) => one.invokedAt >= at && one.invokedAt < end);
    const done = acked.filter((one) => one.at >= at && one.at < end).length / ((end - at) / 1000);
    return { asked: value, done, p99: spreadOf(met.map((one) => one.at - one.invokedAt))?.p99 ?? 0 };
  });
  const list = reached.map(({ asked, done, p99 }) => `${asked}/s: ${done.toFixed(1)}/s, p99 ${p99} ms`);
  return [
    words('acknowledged at rest, by pace', list.join('; ')),
    amount('most that was acknowledged', Math.max(...reached.map(({ done }) => done)), 'messages a second'),
  ];
}

/** From the logs of the message services, which say how many of an insert's messages the indexes refused. */
async function retryFigure({ stage, beganAt, records }: Evidence): Promise<Figure> {
  let refused = 0;
  for await (const { entry } of readLogLines(stage.system.stack.logFolder, beganAt, /^message[^.]*\.log/)) {
    if (entry?.message === 'numbers were taken or sends repeated') refused += Number(entry.refused);
  }
  const rate = records.acked.length === 0 ? 0 : (refused / records.acked.length) * 100;
  return { what: 'seq tried again', unit: `${refused} of ${records.acked.length}`, value: `${rate.toFixed(2)} %` };
}
