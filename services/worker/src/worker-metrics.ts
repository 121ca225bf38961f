import type { Metrics } from '@hallway/platform';

/** What the worker counts. Labels are names of the catalogues, never ids. */
export function createWorkerMetrics(metrics: Metrics) {
  return {
    queueOldestAge: metrics.gauge(
      'hallway_queue_oldest_age_seconds',
      'How long the oldest job that could run has waited; 0 when none waits.',
      ['queue'],
    ),
    jobs: metrics.counter('hallway_jobs_total', 'Runs of jobs: done, retried, given-up or malformed.', [
      'job',
      'result',
    ]),
    events: metrics.counter('hallway_events_handled_total', 'Events: handled, ignored or malformed.', [
      'type',
      'result',
    ]),
    marksPerJob: metrics.histogram({
      name: 'hallway_read_marks_per_job',
      help: 'Read marks that one drain wrote.',
      buckets: [0, 1, 2, 5, 10, 50, 100, 500, 1000, 5000],
    }),
    notifications: metrics.counter('hallway_notifications_total', 'What became of notifications that were due.', [
      'outcome',
    ]),
  };
}

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;
