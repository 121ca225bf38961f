import { countRounds, type Metrics } from '@hallway/platform';

/** What the worker counts. Labels are names of the catalogues, never ids. */
export function createWorkerMetrics(metrics: Metrics) {
  return {
    queueOldestAge: metrics.gauge(
      'hallway_queue_oldest_age_seconds',
      'How long the oldest job that could run has waited; 0 when none waits.',
      ['queue'],
    ),
    queueJobs: metrics.gauge(
      'hallway_queue_jobs',
      'Jobs by state: waiting, prioritized, delayed (most of them are not due yet) or active.',
      ['queue', 'state'],
    ),
    notificationSeconds: metrics.histogram({
      name: 'hallway_notification_seconds',
      help: 'Time from the moment a notification was due until it was sent, or failed to be.',
      labelNames: ['result'],
      buckets: [0.5, 1, 5, 15, 30, 60, 120, 300, 900],
    }),
    redisMemory: metrics.gauge('hallway_redis_memory_bytes', 'Memory that Redis uses, by what it is for.', ['role']),
    redisMemoryMax: metrics.gauge(
      'hallway_redis_memory_max_bytes',
      'Memory that Redis may use, by what it is for; absent where it has no limit.',
      ['role'],
    ),
    redisEvicted: metrics.gauge('hallway_redis_evicted_keys', 'Keys that Redis threw away since it started.', ['role']),
    onRound: countRounds(metrics),
    jobs: metrics.counter('hallway_jobs_total', 'Runs of jobs: done, retried, given-up or malformed.', [
      'task',
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
