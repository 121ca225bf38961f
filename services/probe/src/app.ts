import { createInternalServer, createMetrics, idsOnly, type Log, type Service, type Tracing } from '@hallway/platform';
import type { ProbeConfig } from './config.ts';
import { nextPair } from './gateways/next-pair.ts';
import { resolveGateways } from './gateways/resolve-gateways.ts';
import { createProbePair } from './messages/probe-pair.ts';
import { type Account, createProbePeople } from './people/probe-people.ts';
import { createProbeMetrics } from './probe-metrics.ts';

export interface ProbeDeps {
  config: ProbeConfig;
  log: Log;
  tracing?: Tracing;
}

/**
 * The delivery probe: a client that sends a real message through each pair of gateways in turn, at a bounded rate, and measures
 * what people would notice. It starts also while Hallway is away, for that is when it is looked at.
 */
export function buildProbe({ config, log, tracing = idsOnly }: ProbeDeps): Service & { internalOrigin(): string } {
  const processMetrics = createMetrics('probe');
  const metrics = createProbeMetrics(processMetrics);
  const peopleOf = (account: Account) =>
    createProbePeople({ origin: config.PROBE_ORIGIN ?? config.HALLWAY_ORIGIN, account, onSpan: tracing.report, log });
  const senders = peopleOf({ username: config.PROBE_SENDER_USERNAME, password: config.PROBE_SENDER_PASSWORD });
  const receivers = peopleOf({ username: config.PROBE_RECEIVER_USERNAME, password: config.PROBE_RECEIVER_PASSWORD });
  const probePair = createProbePair({ senders, receivers, metrics, withinMs: config.PROBE_TIMEOUT_MS, log });
  const internal = createInternalServer({
    metrics: processMetrics,
    readiness: () => ({ ready: true, status: 'ready', degraded: [] }),
  });
  const rounds = repeat(config.PROBE_INTERVAL_MS, async (turn) => {
    const gateways = await findGateways(config, log);
    metrics.gateways.set(gateways.length);
    for (const people of [senders, receivers]) people.keepOnly(gateways);
    const pair = nextPair(turn, gateways.length);
    if (pair) await probePair(gateways, pair);
  });

  return {
    async start(): Promise<void> {
      await internal.listen({ host: config.HOST, port: config.INTERNAL_PORT });
      rounds.start();
    },
    async stop(): Promise<void> {
      await rounds.stop();
      await Promise.all([senders.stop(), receivers.stop()]);
      await internal.close();
    },
    /** Where the internal server listens, once it does. */
    internalOrigin: () => internal.listeningOrigin,
  };
}

/** None where their name cannot be resolved: then there is nothing to send through. */
async function findGateways(config: ProbeConfig, log: Log): Promise<string[]> {
  const addresses = config.PROBE_GATEWAYS.split(',');
  return resolveGateways({ addresses, resolve: config.PROBE_RESOLVE_GATEWAYS }).catch((error) => {
    log.error({ err: error }, 'the gateways could not be found');
    return [];
  });
}

/** One turn after the other, `everyMs` apart from beginning to beginning, or as late as the one before ends. */
function repeat(everyMs: number, run: (turn: number) => Promise<void>) {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();

  function take(turn: number): void {
    const startedAt = performance.now();
    current = run(turn).then(() => {
      if (stopped) return;
      timer = setTimeout(() => take(turn + 1), Math.max(0, everyMs - (performance.now() - startedAt)));
    });
  }

  return {
    start: () => take(0),
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
