import { eventually } from './eventually.ts';
import { findFreePort } from './free-port.ts';
import { startValkeyProcess } from './valkey-process.ts';

const slots = 16_384;

// How long a node may be silent before the others call it dead: short enough to see a failover within a test, and long enough
// that a busy machine is not taken for a dead one.
const nodeTimeoutMs = 3000;

/**
 * A Cluster of a test's own: `primaries` nodes that share the slots evenly in the order of `nodes`, and a replica of the first
 * where asked for. Resolves when every node says that all slots are served.
 */
export async function startOwnCluster({ primaries, withReplica }: { primaries: number; withReplica: boolean }) {
  const nodes = await Promise.all(Array.from({ length: primaries + (withReplica ? 1 : 0) }, startNode));
  try {
    await Promise.all(nodes.slice(0, primaries).map((node, index) => takeSlots(node, index, primaries)));
    await meetAll(nodes);
    const [first] = nodes;
    const replica = withReplica ? nodes.at(-1) : undefined;
    if (first && replica) await replicate(first, replica);
  } catch (error) {
    await removeAll(nodes);
    throw error;
  }
  return {
    url: `redis+cluster://${nodes.map(({ host, port }) => `${host}:${port}`).join(',')}`,
    nodes,
    /** Hands the slot of a key from the node that has it to another, with all its keys, as an operator who spreads load. */
    moveSlotOf: (key: string, to: number) => moveSlot(nodes, key, to),
    remove: () => removeAll(nodes),
  };
}

export type OwnCluster = Awaited<ReturnType<typeof startOwnCluster>>;

async function startNode() {
  // Left alone, a node takes its port plus 10,000, which is in the range for outgoing connections.
  const busPort = await findFreePort();
  const cluster = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)];
  const timing = ['--cluster-node-timeout', String(nodeTimeoutMs), '--repl-diskless-sync-delay', '0'];
  const node = await startValkeyProcess({
    args: () => [...cluster, ...timing, '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
  });
  return { ...node, busPort };
}

type ClusterNode = Awaited<ReturnType<typeof startNode>>;

async function takeSlots(node: ClusterNode, index: number, primaries: number): Promise<void> {
  const first = Math.ceil((index * slots) / primaries);
  const last = Math.ceil(((index + 1) * slots) / primaries) - 1;
  await node.withClient(async (client) => {
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    await client.call('CLUSTER', 'ADDSLOTSRANGE', String(first), String(last));
  });
}

async function meetAll(nodes: ClusterNode[]): Promise<void> {
  const [first, ...others] = nodes;
  await first?.withClient(async (client) => {
    for (const { host, port, busPort } of others) {
      await client.call('CLUSTER', 'MEET', host, String(port), String(busPort));
    }
  });
  await Promise.all(nodes.map((node) => waitUntilWhole(node, nodes.length)));
}

async function waitUntilWhole(node: ClusterNode, nodes: number): Promise<void> {
  await node.withClient((client) =>
    eventually(
      async () => {
        const info = String(await client.call('CLUSTER', 'INFO'));
        if (!info.includes('cluster_state:ok')) throw new Error('not all slots are served');
        if (!info.includes(`cluster_known_nodes:${nodes}\r`)) throw new Error('not every node is known');
        if (!info.includes(`cluster_slots_ok:${slots}`)) throw new Error('not all slots are known');
      },
      { withinMs: 20_000 },
    ),
  );
}

async function replicate(primary: ClusterNode, replica: ClusterNode): Promise<void> {
  const id = String(await primary.withClient((client) => client.call('CLUSTER', 'MYID')));
  await replica.withClient(async (client) => {
    await client.call('CLUSTER', 'REPLICATE', id);
    await eventually(
      async () => {
        const info = await client.info('replication');
        if (!info.includes('master_link_status:up')) throw new Error('the replica has not caught up');
      },
      { withinMs: 20_000 },
    );
  });
}

async function moveSlot(nodes: ClusterNode[], key: string, to: number): Promise<void> {
  const target = nodes[to];
  if (!target) throw new Error(`there is no node ${to}`);
  const ids = await Promise.all(
    nodes.map((node) => node.withClient(async (client) => String(await client.call('CLUSTER', 'MYID')))),
  );
  const slot = String(await target.withClient((client) => client.call('CLUSTER', 'KEYSLOT', key)));
  const source = await findOwner(nodes, slot);
  const setSlot = (node: ClusterNode, ...state: string[]) =>
    node.withClient((client) => client.call('CLUSTER', 'SETSLOT', slot, ...state));
  await setSlot(target, 'IMPORTING', ids[nodes.indexOf(source)] ?? '');
  await setSlot(source, 'MIGRATING', ids[to] ?? '');
  await source.withClient(async (client) => {
    for (;;) {
      const keys = (await client.call('CLUSTER', 'GETKEYSINSLOT', slot, '100')) as string[];
      if (keys.length === 0) return;
      await client.call('MIGRATE', target.host, String(target.port), '', '0', '5000', 'KEYS', ...keys);
    }
  });
  for (const node of [target, source]) await setSlot(node, 'NODE', ids[to] ?? '');
}

async function findOwner(nodes: ClusterNode[], slot: string): Promise<ClusterNode> {
  const ranges = (await nodes[0]?.withClient((client) => client.call('CLUSTER', 'SLOTS'))) as [
    number,
    number,
    [string, number],
  ][];
  const [, , [, port]] = ranges.find(([first, last]) => first <= Number(slot) && Number(slot) <= last) ?? [
    0,
    0,
    ['', 0],
  ];
  const owner = nodes.find((node) => node.port === port);
  if (!owner) throw new Error(`nobody owns slot ${slot}`);
  return owner;
}

async function removeAll(nodes: ClusterNode[]): Promise<void> {
  await Promise.all(nodes.map((node) => node.remove()));
}
