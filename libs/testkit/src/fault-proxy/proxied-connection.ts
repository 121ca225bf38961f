import { createConnection, type Socket } from 'node:net';
import { createDelayedFlow } from './delayed-flow.ts';
import { assertFaults, mergeFaults, type ProxyFaults } from './proxy-faults.ts';

export interface ConnectionDeps {
  id: number;
  client: Socket;
  target: { host: string; port: number };
  /** Of the whole proxy, as they are at the moment. */
  sharedFaults: () => ProxyFaults;
  random: () => number;
  /** Called once, when both sockets are closed and no timer is left. */
  onClosed: () => void;
}

/**
 * One connection through the proxy. The orderly end of one side reaches the other one after all bytes that came before; a
 * failure of one side ends the other one at once. Only a half-open connection keeps both to itself until that fault ends.
 */
export function createProxiedConnection(deps: ConnectionDeps) {
  const { id, client, target, sharedFaults, random } = deps;
  let own: ProxyFaults = {};
  const faults = () => mergeFaults(sharedFaults(), own);
  // A peer that shuts one way down may still read the other.
  const server = createConnection({ ...target, allowHalfOpen: true });
  const sockets = [client, server];
  // Asked for at once: a socket that is closed does not know it any more.
  const clientPort = client.remotePort ?? 0;
  const toTarget = createDelayedFlow({ from: client, to: server, faults, random });
  const toClient = createDelayedFlow({ from: server, to: client, faults, random });
  const flows = [toTarget, toClient];

  function each(act: (socket: Socket) => void): void {
    for (const socket of sockets) act(socket);
  }

  function reconsider(): void {
    if (faults().halfOpen) return;
    if (flows.some((flow) => flow.stats().swallowedBytes > 0)) each((socket) => socket.resetAndDestroy());
    else if (sockets.some((socket) => socket.errored)) each((socket) => socket.destroy());
    else for (const flow of flows) flow.reconsider();
  }

  watchSockets({ sockets, reconsider, onClosed });

  function onClosed(): void {
    for (const flow of flows) flow.stop();
    deps.onClosed();
  }

  return {
    id,
    /** The port that the client calls from, by which it can be told whose connection this is. */
    clientPort,
    /** Replaces the faults of this connection; each goes before that of the whole proxy. Throws `RangeError`. */
    setFaults(faultsOfOwn: ProxyFaults): void {
      assertFaults(faultsOfOwn);
      own = { ...faultsOfOwn };
      reconsider();
    },
    /** To be called after the faults of the whole proxy have changed. */
    reconsider,
    /** Ends both sides at once; what waits is lost. */
    cut: (): void => each((socket) => socket.destroy()),
    /** Ends both sides with RST, as a crashed machine or a fire wall would. */
    reset: (): void => each((socket) => socket.resetAndDestroy()),
    stats: () => ({ id, toTarget: toTarget.stats(), toClient: toClient.stats() }),
  };
}

export type ProxiedConnection = ReturnType<typeof createProxiedConnection>;

interface WatchDeps {
  sockets: Socket[];
  reconsider: () => void;
  onClosed: () => void;
}

function watchSockets({ sockets, reconsider, onClosed }: WatchDeps): void {
  let open = sockets.length;
  for (const socket of sockets) {
    // Every packet counts as it is: gathering small ones would add a latency that nobody asked for.
    socket.setNoDelay(true);
    // What went wrong stays in `errored`, and 'close' always follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open -= 1;
      if (open === 0) onClosed();
      else reconsider();
    });
  }
}
