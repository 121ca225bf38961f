import { type OwnCluster, startOwnCluster } from '@hallway/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playThrough } from './play-through.ts';
import { startWholeSystem, type WholeSystem } from './whole-system.ts';

let cluster: OwnCluster;
let system: WholeSystem;

beforeAll(async () => {
  cluster = await startOwnCluster({ primaries: 3, withReplica: false });
  system = await startWholeSystem({ redisUrl: () => cluster.url });
});
afterAll(async () => {
  await system?.stop();
  await cluster?.remove();
});

describe('Hallway on a Cluster of three nodes', () => {
  it('when people write, type, read and leave on two gateways, does all of it and logs no fault', async () => {
    await playThrough(system);
    expect(system.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });

  it('when everything has been used, keys lie on every node', async () => {
    const keys = await Promise.all(cluster.nodes.map((node) => node.withClient((client) => client.dbsize())));
    expect(Math.min(...keys)).toBeGreaterThan(0);
  });
});
