import { type Log, primariesOf } from '@hallway/platform';
import type { Redis } from 'ioredis';
import type { WorkerConfig } from './config.ts';

export interface QueuePolicyOptions {
  queueRedis: Redis;
  environment: WorkerConfig['HALLWAY_ENV'];
  log: Log;
}

/**
 * Refuses a queue whose Redis may throw jobs away when memory is short: it would do so without a word. In development it
 * only warns. Read from `INFO`, which hosted Redis allows where it forbids `CONFIG`; a server that does not tell is trusted. In a Cluster every primary is asked.
 */
export async function assertNothingIsEvicted({ queueRedis, environment, log }: QueuePolicyOptions): Promise<void> {
  const infos = await Promise.all(primariesOf(queueRedis).map((node) => node.info('memory').catch(() => '')));
  const policy = infos.map(readPolicy).find((one) => one !== null && one !== 'noeviction');
  if (policy === undefined) return;
  if (environment !== 'development') {
    throw new Error(`QUEUE_REDIS_URL has maxmemory-policy ${policy}, which loses jobs: it must be noeviction`);
  }
  log.warn({ policy }, 'the Redis of the queue may throw jobs away: its maxmemory-policy should be noeviction');
}

function readPolicy(info: string): string | null {
  return /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? null;
}
