import type { Redis } from 'ioredis';

/**
 * To be called before a command that blocks: one that waited for a connection would never be answered once its client was
 * closed, and a loop could not stop. Throws while there is none; a loop then pauses and tries again.
 */
export function requireConnection(redis: Redis): void {
  if (redis.status !== 'ready') throw new Error('Redis is away');
}
