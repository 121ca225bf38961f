import { isRedisAway, type Readiness } from '@hallway/platform';
import type { Connections } from './connections.ts';

export type ServiceState = 'starting' | 'running' | 'stopping';

/** Ready while MongoDB answers; without Redis the service still commits what HTTP brings, so it is only degraded. */
export async function readReadiness({ mongo, redis }: Connections, state: ServiceState): Promise<Readiness> {
  const degraded = isRedisAway(redis) ? ['redis'] : [];
  if (state !== 'running') return { ready: false, status: state, degraded };
  try {
    await mongo.ping();
    return { ready: true, status: degraded.length > 0 ? 'degraded' : 'ready', degraded };
  } catch {
    return { ready: false, status: 'MongoDB is away', degraded: [...degraded, 'mongodb'] };
  }
}
