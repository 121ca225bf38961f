import { isRedisAway, type Readiness } from '@hallway/platform';
import type { Stores } from './stores.ts';

export type WorkerState = 'starting' | 'running' | 'stopping';

/**
 * A worker without MongoDB or its queue can do nothing. Without the Redis of live traffic it still runs the jobs that need
 * none of it, and goes on by itself: that is degraded.
 */
export function createReadiness(stores: Pick<Stores, 'mongo' | 'jobs' | 'redis'>, state: () => WorkerState) {
  return async function readiness(): Promise<Readiness> {
    if (state() !== 'running') return { ready: false, status: state(), degraded: [] };
    const hasMongo = await stores.mongo.ping().then(
      () => true,
      () => false,
    );
    const isAway = { mongo: !hasMongo, queue: isRedisAway(stores.jobs), redis: isRedisAway(stores.redis) };
    const degraded = Object.entries(isAway).flatMap(([name, away]) => (away ? [name] : []));
    const ready = !isAway.mongo && !isAway.queue;
    const status = ready ? (isAway.redis ? 'degraded' : 'ready') : 'unavailable';
    return { ready, status, degraded };
  };
}
