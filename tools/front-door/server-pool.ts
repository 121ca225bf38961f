import { connect } from 'node:net';

/** A service of this machine answers at once or not at all; one that hangs must not hold a page for long. */
const CONNECT_WITHIN_MS = 1000;

export interface ServerPool {
  /** The next server that takes connections, in turn; null when none does. A single one is answered unasked. */
  next(): Promise<URL | null>;
}

/** Asks each server by a connection before it is used, so that one that refuses costs nobody more than that. */
export function createServerPool(servers: URL[]): ServerPool {
  let turn = 0;
  return {
    async next() {
      if (servers.length < 2) return servers[0] ?? null;
      const first = turn;
      turn = (turn + 1) % servers.length;
      const order = [...servers.slice(first), ...servers.slice(0, first)];
      for (const server of order) if (await takesConnections(server)) return server;
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
