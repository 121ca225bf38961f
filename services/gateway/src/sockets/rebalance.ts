import { randomUUID } from 'node:crypto';
import type { Log } from '@hallway/platform';
import { shedSockets } from './drain-sockets.ts';
import type { GatewayServer } from './gateway-socket.ts';

export interface RebalanceDeps {
  io: GatewayServer;
  instance: string;
  log: Log;
  /** How long gateways wait for each other's counts. */
  countWithinMs?: number;
}

/** What a gateway knew of all when it decided. */
export interface Balance {
  gateways: number;
  sockets: number;
  /** What each would have if all had the same, rounded up. */
  mean: number;
  /** How many sockets are sent away, of all gateways together. */
  leaving: number;
}

// Below this times the mean nobody is sent away: the front door evens out the rest with those who come and go by themselves.
const skewAllowed = 1.2;
// Far longer than a message between gateways takes; one that says nothing in that time is left out.
const defaultCountWithinMs = 2000;

/**
 * Sockets stay where they are, so that a new gateway fills up only with those who come. On request the gateways tell each other
 * how many sockets each has; each that has over 1.2 times the mean sends what is above the mean away, evenly over `overMs`, and
 * the front door gives those to the emptier ones.
 */
export function createRebalance({ io, instance, log, countWithinMs = defaultCountWithinMs }: RebalanceDeps) {
  const rounds = new Map<string, Map<string, number>>();
  let isShedding = false;

  /** Begins with the first that is heard of it, which need not be the request. */
  function countsOf(id: string): Map<string, number> {
    const known = rounds.get(id);
    if (known) return known;
    const counts = new Map<string, number>();
    rounds.set(id, counts);
    setTimeout(() => rounds.delete(id), countWithinMs * 2).unref();
    return counts;
  }

  async function takePart(id: string, overMs: number): Promise<Balance> {
    const sockets = io.of('/').sockets.size;
    countsOf(id).set(instance, sockets);
    io.serverSideEmit('socketCount', { id, gateway: instance, sockets });
    await new Promise((resolve) => setTimeout(resolve, countWithinMs));
    const balance = toBalance([...countsOf(id).values()]);
    if (sockets > balance.mean * skewAllowed) shed(balance.mean, overMs);
    return balance;
  }

  function shed(keep: number, overMs: number): void {
    if (isShedding) return;
    isShedding = true;
    log.info({ sockets: io.of('/').sockets.size, keep, overMs }, 'sends people to other gateways');
    shedSockets(io, { keep, overMs })
      .catch((error) => log.error({ err: error }, 'people could not be sent to other gateways'))
      .finally(() => {
        isShedding = false;
      });
  }

  io.on('rebalance', ({ id, overMs }) => void takePart(id, overMs));
  io.on('socketCount', ({ id, gateway, sockets }) => void countsOf(id).set(gateway, sockets));

  return function rebalance(overMs: number): Promise<Balance> {
    const id = randomUUID();
    io.serverSideEmit('rebalance', { id, overMs });
    return takePart(id, overMs);
  };
}

/** What the gateways with these numbers of sockets do about them. Pure. */
export function toBalance(counts: readonly number[]): Balance {
  const sockets = counts.reduce((sum, count) => sum + count, 0);
  const mean = Math.ceil(sockets / Math.max(1, counts.length));
  const leaving = counts.reduce((sum, count) => sum + (count > mean * skewAllowed ? count - mean : 0), 0);
  return { gateways: counts.length, sockets, mean, leaving };
}
