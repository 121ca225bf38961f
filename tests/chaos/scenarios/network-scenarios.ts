import type { Evidence } from '../report/evidence.ts';
import { amount, times, unmeasured } from '../report/figures.ts';
import type { Mark, Scenario } from '../scenario.ts';

// A client finds out after an interval and a time-out of the heartbeat: 8 s and 5 s.
const halfOpenShortMs = 15_000;
const halfOpenMs = 30_000;
const portMark = 'half-open port';
const healedMark = 'half-open no more';

export const badNetwork: Scenario = {
  id: 'T7',
  title: 'A bad network between clients and gateways: slow, cut, and dead without a word',
  // A fifth of the 500 that the row asks for.
  load: (usual, short) => (short ? usual : { ...usual, clients: 100, groups: 25 }),
  bars: { failedSends: 0 },
  shortSeconds: 16,
  async disturb(stage) {
    const { system, random, short } = stage;
    const { door } = system.proxies;
    door.setFaults({ latencyMs: 200, jitterMs: 100 });
    while (!stage.isOver()) {
      // One in ten goes dead, and everybody else meets a cut now and then.
      const dead = new Set(random.some(door.connections(), Math.ceil(door.connections().length / 10)));
      await stage.fault(`${dead.size} connections are half open`, async () => {
        for (const connection of dead) {
          connection.setFaults({ halfOpen: true });
          stage.mark(portMark, connection.clientPort);
        }
        const end = Date.now() + (short ? halfOpenShortMs : halfOpenMs);
        while (Date.now() < end) {
          await stage.pause(1000);
          door.cut((connection) => !dead.has(connection) && random.chance(0.02));
        }
        stage.mark(healedMark, dead.size);
        for (const connection of dead) connection.cut();
      });
    }
    door.setFaults({});
  },
  report(evidence) {
    const { ackMs } = evidence.measures;
    const { detected, undetected } = detectionsOf(evidence);
    const figures = [
      ackMs === null
        ? unmeasured('acknowledged in', 'nothing was acknowledged')
        : { what: 'acknowledged in, over 200 ± 100 ms each way', unit: 'ms', value: ackMs },
      times(
        'half-open detected: until the client gives its connection up',
        detected,
        'no socket was among those that went dead',
      ),
      amount('half-open and not detected before it ended', undetected, 'sockets'),
    ];
    return { figures, missed: [] };
  },
};

/** A connection is told by the port that its client called from. Those of plain HTTP have no socket that could notice. */
function detectionsOf({ marks, records }: Pick<Evidence, 'marks' | 'records'>) {
  const detected: number[] = [];
  let undetected = 0;
  for (const mark of marks.filter(({ what }) => what === portMark)) {
    const caller = records.ports.findLast(({ port, at }) => port === mark.value && at <= mark.at);
    if (caller === undefined) continue;
    const lost = records.breaks.find(({ client, beganAt }) => client === caller.client && beganAt >= mark.at);
    const until = endOf(marks, mark);
    if (lost === undefined || lost.beganAt >= until) undetected += 1;
    else detected.push(lost.beganAt - mark.at);
  }
  return { detected, undetected };
}

function endOf(marks: Mark[], { at }: Mark): number {
  return marks.find((mark) => mark.what === healedMark && mark.at > at)?.at ?? Number.POSITIVE_INFINITY;
}
