import { type Evidence, marked } from '../report/evidence.ts';
import { amount, missedIfAbove, times, words } from '../report/figures.ts';
import { liveDeliveryOf } from '../report/live-delivery.ts';
import { peakPerSecond } from '../report/reconnections.ts';
import type { Load, Scenario, Seen, Stage } from '../scenario.ts';
import { drainMark, restart } from './gateway-scenarios.ts';

/** Over how long a gateway sends its people away: as in production, and short enough for a test. In seconds. */
const drainSeconds = { full: 25, short: 8 };

/** What a system for it is told. */
export const deployEnvironment = {
  full: { DRAIN_MS: String(drainSeconds.full * 1000) },
  short: { DRAIN_MS: String(drainSeconds.short * 1000) },
};

/** Twice the even share of a second: 8 % of all clients where a gateway with all of them drains over 25 s. */
const mostTimesEven = 2;

const fullLoad = { clients: 500, groups: 125, membersPerGroup: 8 };
const shortLoad = { clients: 48, groups: 12, membersPerGroup: 8 };

function load(usual: Load, short: boolean): Load {
  const nobodyElse = { secondDevices: 0, absentPerGroup: 0, directRooms: 0 };
  return { ...usual, ...nobodyElse, ...(short ? shortLoad : fullLoad), perSecond: short ? 10 : 20 };
}

export const rollingDeploy: Scenario = {
  id: 'L1',
  title: 'A release is rolled out: gateways and message services are replaced one after the other',
  load,
  bars: { failedSends: 0 },
  environment: deployEnvironment,
  onlyWhenAsked: true,
  async disturb(stage) {
    for (const name of [...stage.system.gateways, ...stage.system.messageServices]) await restart(stage, name);
  },
  examine: async (stage, _measures, seen) => [...findErrors(seen), ...findCrowding(stage, seen)],
  report(evidence) {
    const { stage, marks, records, dump, verdict, crowd } = evidence;
    const { expected, missed, unhealed } = liveDeliveryOf(records, dump, stage.crowd.actors);
    const figures = [
      amount('clients', stage.load.clients),
      amount('lost', verdict.counts.lost, `of ${verdict.counts.ok} messages`),
      words('errors that a client saw', namesOf(errorsOf({ records, counts: crowd })) || 'none'),
      amount('connections that were lost and came back', awayOf(evidence).length),
      amount('reconnects at their peak', sharePerSecond(evidence) * 100, '% of the clients within a second'),
      times('drain: from SIGTERM to the end of a gateway', marked(marks, drainMark)),
      times('away: from the loss of a connection to the next one', awayOf(evidence)),
      amount('not brought live', missed, `of ${expected} live deliveries, ${unhealed} of them never shown`),
      words('tries that got no answer', namesOf(crowd.sendTroubles) || 'none'),
    ];
    return { figures, missed: [] };
  },
};

/**
 * A send whose connection went before its answer is sent again on the next one, which nobody sees; everything else that a client
 * is told or shows is an error.
 */
function errorsOf({ counts }: Seen): Record<string, number> {
  const refused = Object.entries(counts.sendTroubles).filter(([code]) => code !== 'no answer');
  return {
    ...counts.errorsShown,
    ...Object.fromEntries(refused),
    ...(counts.failedSends && { failed: counts.failedSends }),
  };
}

function findErrors(seen: Seen): string[] {
  return Object.entries(errorsOf(seen)).map(([what, times]) => `an error that a client saw: ${what}, ${times} times`);
}

function findCrowding(stage: Stage, { records }: Seen): string[] {
  const seconds = stage.short ? drainSeconds.short : drainSeconds.full;
  const share = sharePerSecond({ stage, records });
  return missedIfAbove('share of the clients that came back within a second', share, mostTimesEven / seconds);
}

function sharePerSecond({ stage, records }: Pick<Evidence, 'stage' | 'records'>): number {
  return peakPerSecond(records.breaks) / stage.load.clients;
}

function awayOf({ records }: Evidence): number[] {
  return records.breaks.flatMap(({ beganAt, endedAt }) => (endedAt === null ? [] : [endedAt - beganAt]));
}

function namesOf(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
