import type { Evidence } from '../report/evidence.ts';
import { amount, type Figure, missedIfAbove, type Row, unmeasured, words } from '../report/figures.ts';
import { healOf } from '../report/measures.ts';
import { curveOf, firstSecondShare } from '../report/reconnections.ts';
import type { Fault, Scenario } from '../scenario.ts';

/** A tenth of the 2,000 sockets that the row asks for, who mostly read. */
const manySockets = { clients: 200, secondDevices: 0, groups: 50, membersPerGroup: 8, directRooms: 0 };

const shareBar = 0.2;
const databaseBar = 2;
// What the database is asked for in peace: looked at for so long before a drop, after everybody has settled in.
const baselineMs = 8000;
const peaceMs = 12_000;
// Every client is told over how long to come back at each comparison of heads, every 20 s: who signed in first was told when
// there were few.
const allToldMs = 24_000;

export const massDrop: Scenario = {
  id: 'T9',
  title: 'Every connection drops at once',
  load: (usual, short) => (short ? usual : { ...usual, ...manySockets, absentPerGroup: 0 }),
  bars: { failedSends: 0 },
  // By the default of 150 for each gateway the 2,000 sockets of the design come back over seconds. A tenth of the sockets gets
  // a little less than a tenth of the rate: among so few, chance alone may bring a third more in one second.
  reconnectsPerSecond: 12,
  async disturb(stage) {
    const { door } = stage.system.proxies;
    await stage.pause(stage.short ? 0 : allToldMs - peaceMs);
    while (!stage.isOver()) {
      await stage.pause(stage.short ? 1500 : peaceMs);
      await stage.fault('all connections are cut', () => void door.reset());
      if (!stage.short) await stage.pause(peaceMs);
    }
  },
  report: (evidence) => {
    const drops = evidence.faults.map((fault, place) => describeDrop(evidence, fault, `drop ${place + 1}`));
    return { figures: drops.flatMap(({ figures }) => figures), missed: drops.flatMap(({ missed }) => missed) };
  },
};

function describeDrop(evidence: Evidence, fault: Fault, name: string): Row {
  const { records, stage } = evidence;
  const curve = curveOf(records.breaks, fault);
  if (curve === null) return { figures: [unmeasured(name, 'no connection broke')], missed: [] };
  const share = firstSecondShare(curve);
  const steadyMs = Math.max(0, ...healOf(records, fault).filter(Number.isFinite));
  const database = stage.short
    ? { figures: [unmeasured(`${name}: database`, 'a short run has no peace to compare with')], missed: [] }
    : compareDatabase(evidence, { fault, name, steadyMs });
  const figures = [
    amount(`${name}: connections`, curve.dropped, 'dropped'),
    words(`${name}: back in each second`, curve.perSecond.join(' ')),
    amount(`${name}: back in the first second`, share * 100, '%'),
    amount(`${name}: time to steady`, steadyMs, 'ms'),
    ...database.figures,
  ];
  return {
    figures,
    missed: [...missedIfAbove(`${name}: share of the first second`, share, shareBar), ...database.missed],
  };
}

/** Commands that passed the proxy before MongoDB: a second of peace against a second until everybody was back. */
function compareDatabase({ stage, beganAt }: Evidence, drop: { fault: Fault; name: string; steadyMs: number }): Row {
  const { fault, name, steadyMs } = drop;
  const { databaseCommands } = stage.system;
  const from = Math.max(beganAt, fault.beganAt - baselineMs);
  // At least a second, so that a few commands do not look like many.
  const until = fault.beganAt + Math.max(1000, Math.ceil(steadyMs / 1000) * 1000);
  const before = databaseCommands.between(from, fault.beganAt) / ((fault.beganAt - from) / 1000);
  const after = databaseCommands.between(fault.beganAt, until) / ((until - fault.beganAt) / 1000);
  const times = before === 0 ? null : after / before;
  const seconds = Array.from({ length: Math.round((until - fault.beganAt) / 1000) }, (_, second) =>
    databaseCommands.between(fault.beganAt + second * 1000, fault.beganAt + (second + 1) * 1000),
  );
  const what = `${name}: database commands`;
  const figures: Figure[] = [
    amount(`${what} in peace`, before, 'a second'),
    amount(`${what} until steady`, after, 'a second'),
    words(`${what} in each second`, seconds.join(' ')),
    times === null ? unmeasured(`${what}, times peace`, 'none in peace') : amount(`${what}, times peace`, times),
    words(`${what} until steady, by name`, namesOf(databaseCommands.byName(fault.beganAt, until))),
  ];
  return { figures, missed: missedIfAbove(`${what}, times peace`, times, databaseBar) };
}

function namesOf(counts: Record<string, number>): string {
  const sorted = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  return sorted.map(([command, count]) => `${command} ${count}`).join(', ');
}
