import type { Log } from '@hallway/platform';
import type { Pair } from '../gateways/next-pair.ts';
import type { ProbePeople } from '../people/probe-people.ts';
import type { ProbeMetrics } from '../probe-metrics.ts';
import { type Exchanged, sendOne } from './send-one.ts';

export interface ProbePairDeps {
  senders: ProbePeople;
  receivers: ProbePeople;
  metrics: ProbeMetrics;
  withinMs: number;
  log: Log;
}

/** Sends a message through a pair of gateways and records what a person would have noticed. Never rejects. */
export function createProbePair({ senders, receivers, metrics, withinMs, log }: ProbePairDeps) {
  async function exchange(from: string, to: string): Promise<Exchanged | null> {
    const [sender, receiver] = await Promise.all([senders.at(from), receivers.at(to)]);
    return sender && receiver ? sendOne({ sender, receiver, withinMs }) : null;
  }

  return async function probePair(gateways: string[], pair: Pair): Promise<void> {
    const labels = { from: String(pair.from + 1), to: String(pair.to + 1) };
    const found = await exchange(gateways[pair.from] ?? '', gateways[pair.to] ?? '').catch((error) => {
      log.warn({ err: error, ...labels }, 'a message of the probe could not be sent');
      return null;
    });
    if (found === null) return metrics.messages.inc({ ...labels, result: 'not-sent' });
    metrics.messages.inc({ ...labels, result: found.result });
    // The limit lies beyond every bucket: what did not happen is slower than any goal.
    metrics.ackSeconds.observe(labels, found.ackSeconds ?? withinMs / 1000);
    metrics.deliverySeconds.observe(labels, found.deliverySeconds ?? withinMs / 1000);
    if (found.result !== 'seen') log.warn({ ...labels, ...found }, 'a message of the probe was not seen in time');
  };
}
