import type { Metrics } from '@hallway/platform';

const seconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What people would notice. `from` and `to` are the places of the gateways in the list, never addresses. */
export function createProbeMetrics(metrics: Metrics) {
  const labelNames = ['from', 'to'];
  return {
    ackSeconds: metrics.histogram({
      name: 'hallway_probe_ack_seconds',
      help: 'Time from writing a message to hearing that it is stored; what was not answered counts as endless.',
      labelNames,
      buckets: seconds,
    }),
    deliverySeconds: metrics.histogram({
      name: 'hallway_probe_delivery_seconds',
      help: 'Time from writing a message to seeing it elsewhere; what was not seen counts as endless.',
      labelNames,
      buckets: seconds,
    }),
    messages: metrics.counter(
      'hallway_probe_messages_total',
      'Messages of the probe: seen, unseen, refused, or not sent because a client was not connected.',
      ['from', 'to', 'result'],
    ),
    gateways: metrics.gauge('hallway_probe_gateways', 'Gateways that the probe knows.'),
  };
}

export type ProbeMetrics = ReturnType<typeof createProbeMetrics>;
