import { connect } from 'node:net';

/** A gateway of this machine answers at once or not at all; one that hangs must not hold a page for long. */
const CONNECT_WITHIN_MS = 1000;

export interface GatewayPool {
  /** The next gateway that takes connections, in turn; null when none does. */
  next(): Promise<URL | null>;
}

/** Asks each gateway by a connection before it is used, so that one that refuses costs nobody more than that. */
export function createGatewayPool(gateways: URL[]): GatewayPool {
  let turn = 0;
  return {
    async next() {
      const first = turn;
      turn = (turn + 1) % Math.max(gateways.length, 1);
      const order = [...gateways.slice(first), ...gateways.slice(0, first)];
      for (const gateway of order) if (await takesConnections(gateway)) return gateway;
      return null;
    },
  };
}

function takesConnections({ hostname, port }: URL): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: hostname, port: Number(port) });
  const answer = (takes: boolean) => {
    socket.destroy();
    resolve(takes);
  };
  socket.setTimeout(CONNECT_WITHIN_MS, () => answer(false));
  socket.once('connect', () => answer(true));
  socket.once('error', () => answer(false));
  return promise;
}
