import { createAckSeconds } from '@hallway/bus';
import type { Metrics } from '@hallway/platform';

const secondsBuckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What tells whether live delivery is well. Labels are fixed sets: never an id of a person, a room or a message. */
export function createGatewayMetrics(metrics: Metrics) {
  return {
    connections: metrics.gauge('hallway_ws_connections', 'Sockets that are connected to this gateway.'),
    connectionsMax: metrics.gauge('hallway_ws_connections_max', 'Sockets that this gateway takes.'),
    connects: metrics.counter(
      'hallway_ws_connects_total',
      'Connection attempts by result: ok, malformed or an error code.',
      ['result'],
    ),
    disconnects: metrics.counter('hallway_ws_disconnects_total', 'Sockets that went, by reason.', ['reason']),
    events: metrics.counter('hallway_ws_events_total', 'Client events by name and result: ok or an error code.', [
      'event',
      'result',
    ]),
    ackSeconds: createAckSeconds(metrics),
    fanoutSeconds: metrics.histogram({
      name: 'hallway_message_fanout_seconds',
      help: 'Time from the moment that a message carries, just before it is stored, to its delivery to the sockets here.',
      buckets: secondsBuckets,
    }),
    fanouts: metrics.counter('hallway_message_fanouts_total', 'Messages by what happened here.', ['result']),
    typing: metrics.counter('hallway_typing_total', 'Typing signals by what happened: relayed or why not.', ['result']),
    caughtUp: metrics.counter(
      'hallway_caught_up_messages_total',
      'Messages that clients had missed and were brought by an answer, by the event that asked.',
      ['event'],
    ),
    resyncs: metrics.counter('hallway_resyncs_total', 'Times that all sockets here were told to resume.'),
    slowReaders: metrics.counter('hallway_slow_readers_total', 'Connections closed because they did not read.'),
  };
}

export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;
