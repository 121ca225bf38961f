import type { BusNames } from '@hallway/bus';
import type { Log } from '@hallway/platform';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import type { Redis } from 'ioredis';

export interface AdapterOptions {
  /** Publishes; fails fast while Redis is away, which the adapter takes as "only the sockets here". */
  redis: Redis;
  /** A connection in subscriber mode. */
  subscriber: Redis;
  names: BusNames;
  log: Log;
}

/**
 * The Redis adapter through which gateways share what is transient: typing, presence. One subscription per gateway, not
 * one per room (`static`): joining a room then costs nothing in Redis.
 *
 * The adapter does not look at what subscribing resolves to, so that a rejection, as on a stop while Redis is away, would
 * end the process; the subscriber that it is given keeps such rejections to itself. `ready` resolves when it is subscribed.
 */
export function createAdapter({ redis, subscriber, names, log }: AdapterOptions) {
  const subscriptions: Promise<unknown>[] = [];
  const quietSubscriber = {
    on: subscriber.on.bind(subscriber),
    ssubscribe(channel: string): void {
      const subscribed = subscriber.ssubscribe(channel);
      subscriptions.push(subscribed);
      subscribed.catch((error) => log.warn({ err: error }, 'the adapter could not subscribe'));
    },
    sunsubscribe(channel: string): void {
      subscriber.sunsubscribe(channel).catch(() => undefined);
    },
  };
  return {
    adapter: createShardedAdapter(redis, quietSubscriber, {
      channelPrefix: names.socketAdapter,
      subscriptionMode: 'static',
    }),
    ready: () => Promise.all(subscriptions).then(() => undefined),
  };
}
