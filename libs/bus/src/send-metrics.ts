import type { ErrorCode } from '@hallway/contracts';
import type { Metrics } from '@hallway/platform';

/** How long sends take, the same at every door: the goal for them is judged by the sum of all doors. */
export function createAckSeconds(metrics: Metrics) {
  return metrics.histogram({
    name: 'hallway_message_ack_seconds',
    help: 'Time from the arrival of a send to its answer, by door and by whether it was ok, refused or failed.',
    labelNames: ['door', 'result'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
}

export type AckSeconds = ReturnType<typeof createAckSeconds>;

// What is our fault. Everything else is an answer that the sender was owed.
const failures: ReadonlySet<ErrorCode> = new Set(['INTERNAL', 'TEMPORARILY_UNAVAILABLE', 'OUTCOME_UNKNOWN']);

/** Whether a send that was not stored was refused for its own sake, or failed. */
export function toAckResult(code: ErrorCode): 'refused' | 'failed' {
  return failures.has(code) ? 'failed' : 'refused';
}
