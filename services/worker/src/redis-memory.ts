import { primariesOf } from '@hallway/platform';
import type { Redis } from 'ioredis';
import type { Stores } from './stores.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

interface MeasureRedisDeps {
  stores: Pick<Stores, 'redis' | 'jobs'>;
  metrics: Pick<WorkerMetrics, 'redisMemory' | 'redisMemoryMax' | 'redisEvicted'>;
}

/**
 * Reads what each Redis says of its memory: one that is full refuses writes, and one that throws keys away loses what people
 * were told. From `INFO`, which hosted Redis allows; a server that does not tell leaves the metrics absent. Of a
 * Cluster the fullest primary, since that is the one that refuses first.
 */
export function createMeasureRedis({ stores, metrics }: MeasureRedisDeps) {
  async function measure(role: string, redis: Redis): Promise<void> {
    const infos = await Promise.all(primariesOf(redis).map((node) => node.info()));
    const all = (field: string) => infos.map((info) => readNumber(info, field)).filter((value) => value !== null);
    const [used, limits, evictions] = [all('used_memory'), all('maxmemory'), all('evicted_keys')];
    if (used.length > 0) metrics.redisMemory.set({ role }, Math.max(...used));
    // 0 means that there is no limit.
    const set = limits.filter((limit) => limit > 0);
    if (set.length > 0) metrics.redisMemoryMax.set({ role }, Math.min(...set));
    if (evictions.length > 0)
      metrics.redisEvicted.set(
        { role },
        evictions.reduce((sum, count) => sum + count),
      );
  }

  return async function measureRedis(): Promise<void> {
    await Promise.all([measure('live', stores.redis), measure('queue', stores.jobs)]);
  };
}

function readNumber(info: string, field: string): number | null {
  const found = new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1];
  return found === undefined ? null : Number(found);
}
