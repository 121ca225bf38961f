import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createProxiedConnection, type ProxiedConnection } from './proxied-connection.ts';
import { assertFaults, type ProxyFaults } from './proxy-faults.ts';

export interface FaultProxyOptions {
  target: { host: string; port: number };
  /** Where the proxy listens; a free port of 127.0.0.1 by default. */
  listen?: { host?: string; port?: number };
  /** From 0 to below 1: a seeded source makes the jitter of a run repeatable. */
  random?: () => number;
  /** Called for each connection; what it answers hears the bytes of the client as they arrive, before any fault meets them. */
  listenTo?: () => (bytes: Buffer) => void;
}

/** Totals since the start, closed connections included. */
export interface ProxyStats {
  open: number;
  accepted: number;
  refused: number;
  bytesToTarget: number;
  bytesToClient: number;
  swallowedBytes: number;
}

export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  /** Replaces the faults of all connections, open and coming. `{}` heals. Throws `RangeError` on a senseless one. */
  setFaults(faults: ProxyFaults): void;
  /** The faults for so long, and then those from before; resolves at that moment, or when the proxy closes. */
  during(faults: ProxyFaults, ms: number): Promise<void>;
  /** New connections are reset as soon as they are made; those that are open stay. */
  refuseNew(refuses: boolean): void;
  /** Ends connections at once and answers how many; all of them if there is no choice. */
  cut(choose?: Choose): number;
  /** The same with RST. */
  reset(choose?: Choose): number;
  /** Open ones, oldest first, each with faults of its own. */
  connections(): ProxiedConnection[];
  stats(): ProxyStats;
  /** Cuts everything and stops listening. Resolves when no socket and no timer is left; may be called again. */
  close(): Promise<void>;
}

/**
 * A TCP proxy that can be told to misbehave while it runs. Without faults it adds nothing but a hop. Bytes keep their order
 * under every fault, and what waits is bounded for each connection: a slow reader slows its writer down, as without it.
 */
export async function createFaultProxy({ target, listen = {}, random = Math.random, listenTo }: FaultProxyOptions) {
  const connections = createConnections({ target, random, listenTo });
  const server = createServer({ allowHalfOpen: true, noDelay: true }, connections.accept);
  server.listen(listen.port ?? 0, listen.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { address: host, port } = server.address() as AddressInfo;
  const pauses = createPauses();
  let closed: Promise<void> | undefined;

  async function close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
    pauses.end();
    connections.refuseNew(true);
    for (const connection of connections.list()) connection.cut();
    await Promise.all([stopped, connections.allClosed()]);
  }

  const proxy: FaultProxy = {
    host,
    port,
    setFaults: connections.setFaults,
    async during(faults, ms) {
      const before = connections.faults();
      connections.setFaults(faults);
      await pauses.pause(ms);
      connections.setFaults(before);
    },
    refuseNew: connections.refuseNew,
    cut: (choose) => endChosen(connections.list(), choose, (connection) => connection.cut()),
    reset: (choose) => endChosen(connections.list(), choose, (connection) => connection.reset()),
    connections: connections.list,
    stats: connections.stats,
    close: () => (closed ??= close()),
  };
  return proxy;
}

type ConnectionOptions = Required<Pick<FaultProxyOptions, 'target' | 'random'>> & {
  listenTo: FaultProxyOptions['listenTo'];
};

function createConnections({ target, random, listenTo }: ConnectionOptions) {
  const open = new Map<number, ProxiedConnection>();
  const totals = { accepted: 0, refused: 0, bytesToTarget: 0, bytesToClient: 0, swallowedBytes: 0 };
  let shared: ProxyFaults = {};
  let refuses = false;
  let onEmpty: () => void = () => undefined;

  function take(client: Socket): void {
    totals.accepted += 1;
    const id = totals.accepted;
    if (listenTo) client.on('data', listenTo());
    const onClosed = () => {
      addTraffic(totals, connection);
      open.delete(id);
      if (open.size === 0) onEmpty();
    };
    const connection = createProxiedConnection({ id, client, target, sharedFaults: () => shared, random, onClosed });
    open.set(id, connection);
  }

  return {
    accept(client: Socket): void {
      if (!refuses) {
        take(client);
        return;
      }
      totals.refused += 1;
      client.on('error', () => undefined);
      client.resetAndDestroy();
    },
    list: () => [...open.values()],
    faults: () => shared,
    setFaults(faults: ProxyFaults): void {
      assertFaults(faults);
      shared = { ...faults };
      for (const connection of open.values()) connection.reconsider();
    },
    refuseNew(value: boolean): void {
      refuses = value;
    },
    async allClosed(): Promise<void> {
      if (open.size > 0) await new Promise<void>((resolve) => (onEmpty = resolve));
    },
    stats(): ProxyStats {
      const sum = { ...totals };
      for (const connection of open.values()) addTraffic(sum, connection);
      return { open: open.size, ...sum };
    },
  };
}

type Choose = (connection: ProxiedConnection) => boolean;

function endChosen(
  open: ProxiedConnection[],
  choose: Choose | undefined,
  end: (one: ProxiedConnection) => void,
): number {
  const chosen = choose ? open.filter(choose) : open;
  for (const connection of chosen) end(connection);
  return chosen.length;
}

type Traffic = Pick<ProxyStats, 'bytesToTarget' | 'bytesToClient' | 'swallowedBytes'>;

function addTraffic(sum: Traffic, connection: ProxiedConnection): void {
  const { toTarget, toClient } = connection.stats();
  sum.bytesToTarget += toTarget.passedBytes;
  sum.bytesToClient += toClient.passedBytes;
  sum.swallowedBytes += toTarget.swallowedBytes + toClient.swallowedBytes;
}

/** Pauses that all end early when the proxy closes, so that none keeps the process alive. */
function createPauses() {
  const endings = new Set<() => void>();

  return {
    async pause(ms: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      endings.add(resolve);
      await promise;
      clearTimeout(timer);
      endings.delete(resolve);
    },
    end(): void {
      for (const end of endings) end();
    },
  };
}
