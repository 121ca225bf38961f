import { createRedis, isRedisAway, type Log, waitForRedis } from '@hallway/platform';
import type { GatewayConfig } from './config.ts';

/** The gateway's connections to Redis. What blocks and what subscribes needs one of its own each. */
export function createRedisConnections(config: GatewayConfig, log: Log) {
  const url = config.REDIS_URL;
  const commands = createRedis({ url, log, role: 'gateway-commands', kind: 'commands' });
  const replies = createRedis({ url, log, role: 'gateway-replies', kind: 'subscriber' });
  const adapter = createRedis({ url, log, role: 'gateway-adapter', kind: 'subscriber' });
  const events = createRedis({ url, log, role: 'gateway-events', kind: 'blocking' });
  const endings = createRedis({ url, log, role: 'gateway-session-endings', kind: 'blocking' });
  const all = [commands, replies, adapter, events, endings];
  return {
    commands,
    replies,
    adapter,
    events,
    endings,
    /** No connection, or one on which Redis does not answer in time. */
    isAway: () => isRedisAway(commands),
    /** Questions would arrive, and so would their answers. */
    canAsk: () => !isRedisAway(commands) && replies.status === 'ready',
    ready: () => Promise.all(all.map((redis) => waitForRedis(redis))).then(() => undefined),
    close(): void {
      for (const redis of all) redis.disconnect();
    },
  };
}
