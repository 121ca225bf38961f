import type { BusNames } from '@hallway/bus';
import type { Log } from '@hallway/platform';
import type { Redis } from 'ioredis';

export interface CountGatewaysOptions {
  redis: Redis;
  names: BusNames;
  log: Log;
}

// Gateways come and go in minutes; an estimate that is some seconds old is still one.
const everyMs = 5000;

/** Keeps the number of gateways at hand, so that nobody has to ask for it on a request's path. */
export function createGatewayCount({ redis, names, log }: CountGatewaysOptions) {
  let gateways = 1;
  let timer: NodeJS.Timeout | undefined;

  async function count(): Promise<void> {
    gateways = Math.max(1, await redis.zcard(names.gateways));
  }

  return {
    gateways: () => gateways,
    start(): void {
      const look = () => void count().catch((error) => log.debug({ err: error }, 'gateways could not be counted'));
      look();
      timer = setInterval(look, everyMs);
    },
    stop(): void {
      clearInterval(timer);
    },
  };
}
