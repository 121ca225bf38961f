import type { Redis } from 'ioredis';
import type { Metrics } from './metrics.ts';
import type { Mongo } from './mongo.ts';
import { isRedisAway } from './redis-answers.ts';

/** The stores of a process, as far as it has them. */
export interface WatchedStores {
  mongo?: Pick<Mongo, 'connection'>;
  /** By what the connection is for; a fixed set of names. */
  redis?: Record<string, Redis>;
}

const connected = 1;

/** Says of each connection whether it stands, at the moment somebody looks. */
export function watchStores(metrics: Metrics, { mongo, redis = {} }: WatchedStores): void {
  if (mongo) {
    metrics.observed({
      name: 'hallway_mongo_up',
      help: 'Whether MongoDB can be reached: 1 or 0.',
      read: () => [{ value: mongo.connection.readyState === connected ? 1 : 0 }],
    });
  }
  if (Object.keys(redis).length === 0) return;
  metrics.observed({
    name: 'hallway_redis_up',
    help: 'Whether Redis can be counted on, by what the connection is for: 1 or 0.',
    labelNames: ['role'],
    read: () =>
      Object.entries(redis).map(([role, client]) => ({ labels: { role }, value: isRedisAway(client) ? 0 : 1 })),
  });
}

// Often enough that a pause of a quarter of a second is met, and four wake-ups a second are nothing.
const lagEveryMs = 250;

/**
 * Measures by how much timers are late: a process that is busy with one thing answers nobody meanwhile. Answers the function
 * that ends it.
 */
export function watchEventLoop(metrics: Metrics): () => void {
  const lag = metrics.histogram({
    name: 'hallway_event_loop_lag_seconds',
    help: 'By how much timers were late, measured four times a second.',
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  });
  let due = performance.now() + lagEveryMs;
  const timer = setInterval(() => {
    const now = performance.now();
    lag.observe(Math.max(0, now - due) / 1000);
    due = now + lagEveryMs;
  }, lagEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** One round of an endless loop: what it works on, and whether it succeeded. */
export type OnRound = (loop: string, succeeded: boolean) => void;

/** Counts the rounds of the loops that read streams. Each blocks for two seconds at most, so that silence is a dead loop. */
export function countRounds(metrics: Metrics): OnRound {
  const rounds = metrics.counter('hallway_loop_rounds_total', 'Rounds of loops that read streams: ok or failed.', [
    'loop',
    'result',
  ]);
  return (loop, succeeded) => rounds.inc({ loop: loop.replaceAll(' ', '-'), result: succeeded ? 'ok' : 'failed' });
}
